/** Discord's limits: https://discord.com/developers/docs/components/reference (read 2026-11-21). */
export const LIMITS = {
  /** All text displays of a message together. */
  messageText: 4000,
  components: 40,
  buttonsInRow: 5,
  buttonLabel: 80,
  selectOptions: 25,
  optionText: 100,
  placeholder: 150,
  modalTitle: 45,
  modalLabels: 5,
  label: 45,
  labelDescription: 100,
  input: 4000,
  files: 10,
  /** A bot's share without boosts is 10 MiB; what is larger is cut before. */
  fileBytes: 8 * 1024 * 1024,
  threadName: 100,
} as const;

/** https://discord.com/developers/docs/resources/message#message-object-message-flags */
export const FLAGS = { ephemeral: 1 << 6, componentsV2: 1 << 15 } as const;

/** Discord counts as JavaScript does, or less. */
export const TYPES = {
  row: 1,
  button: 2,
  select: 3,
  input: 4,
  text: 10,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
} as const;
