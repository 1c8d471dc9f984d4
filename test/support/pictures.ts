import { type Browser, chromium } from "playwright-core";

export interface PictureOptions {
  /** Width of the page in CSS pixels. Default 760. */
  width?: number;
  /** Pixels of the picture for each CSS pixel. Default 2. */
  scale?: number;
}

/** A browser that turns pages into PNG files: open it once, take many, close it. */
export interface Pictures {
  /** Writes the whole page to `file`; nothing is loaded from any network. */
  take(html: string, file: string, options?: PictureOptions): Promise<void>;
  close(): Promise<void>;
}

const ARGS = (
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync --font-render-hinting=none"
).split(" ");

/** Where a Chromium is; another place can be named by CHROMIUM_PATH. */
export const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

export async function openPictures(): Promise<Pictures> {
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  return {
    async take(html, file, { width = 760, scale = 2 } = {}) {
      const page = await browser.newPage({ viewport: { width, height: 100 }, deviceScaleFactor: scale });
      await page.route("**/*", (route) => route.abort());
      await page.setContent(html, { waitUntil: "load" });
      await page.screenshot({ path: file, fullPage: true });
      await page.close();
    },
    close: () => browser.close(),
  };
}

/** One picture with a browser of its own. */
export async function screenshot(html: string, file: string, options?: PictureOptions): Promise<void> {
  const pictures = await openPictures();
  await pictures.take(html, file, options).finally(() => pictures.close());
}
