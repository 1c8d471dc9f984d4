/** Pictures of one colour, 64 by 64 points, PNG in base64: what a model that says it sees is shown. */
export const PICTURES: readonly { readonly colour: RegExp; readonly image: string }[] = [
  {
    colour: /\b(?:red|roj)/i,
    image:
      "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsAtx/ZMZxgi+hcEKLNO+FgEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywKqxUDxqh7TUQAAAABJRU5ErkJggg==",
  },
  {
    colour: /\b(?:green|verd)/i,
    image:
      "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsAthCPtjQCP4FgYrsNT0axEQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQuCwljADitIuyCwAAAABJRU5ErkJggg==",
  },
  {
    colour: /\b(?:blue|azul)/i,
    image:
      "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAUElEQVR42u3PQQkAAAgEsAthCPvnMYwRfAuDFViq57UICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICFwWbcSBAMU++S8AAAAASUVORK5CYII=",
  },
];
