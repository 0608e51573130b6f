/**
 * The formatted text of a held message, in a frame that runs nothing and loads nothing. Three fences, each enough: the
 * server leaves out what acts or loads, the answer's content security policy forbids it, and so does the sandbox.
 */
import { urlOf } from '../api/client.ts'
import { useConsole } from '../context.tsx'

/** A frame with the formatted text. */
export const HeldFrame = ({ id }: { readonly id: string }) => (
  <iframe
    class="content-frame"
    title={useConsole().texts.content.frame}
    sandbox=""
    referrerpolicy="no-referrer"
    src={urlOf('held.html', { id })}
  />
)
