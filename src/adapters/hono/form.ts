import type { Context } from 'hono'
import { FormInvalidError } from '../../protocol/form-invalid-error.js'
import { bodyWasRead, formOf, requireForm } from '../web/form.js'

/** The form of a request, also where something in front has had Hono parse the body. */
export async function honoFormOf({ req }: Context): Promise<URLSearchParams> {
  if (!req.raw.bodyUsed) return formOf(req.raw)
  requireForm(req.raw)
  // What was read past Hono is gone; what Hono has read it gives again.
  if (Object.keys(req.bodyCache).length === 0) throw bodyWasRead()
  const form = new URLSearchParams()
  for (const [name, value] of (await parsed(req)).entries()) {
    if (typeof value !== 'string') throw new FormInvalidError()
    form.append(name, value)
  }
  return form
}

async function parsed(request: Context['req']): Promise<FormData> {
  try {
    return await request.formData()
  } catch {
    throw new FormInvalidError()
  }
}
