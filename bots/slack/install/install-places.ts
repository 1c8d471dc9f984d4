/** The key of an installation's note among those of the face; with `""` what all of them begin with. */
export const noteOf = (home: string): string => `install/${home}`;

/** Where an installation's token lies: the secrets seal it and bind it to this place. */
export const tokenPlace = (home: string): string => `slack:${home}`;
