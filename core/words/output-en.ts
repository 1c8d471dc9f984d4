/** What Piloto says about what a step brought back, in English. */
export const outputEn = {
  attached: (step: number, title: string) => `Step ${step} (${title}) brought back a long output. It ends with:`,
  missing: (bytes: number) => `[… ${bytes} bytes more are not shown here; the record has all of it.]`,
};
