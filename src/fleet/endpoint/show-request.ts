import { z } from "zod";

/** `POST /api/show`; `name` is the older form of `model`. */
export const ShowRequest = z
  .looseObject({ model: z.string().max(500).optional(), name: z.string().max(500).optional() })
  .refine(({ model, name }) => model || name, "model is required");
