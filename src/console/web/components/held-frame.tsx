/**
 * The formatted text of a held message: cleaned of everything that acts or loads, in a frame that may do neither. Three
 * fences, each enough: the cleaning, the sandbox, and the content security policy that the frame inherits.
 */
import { ApiError, urlOf } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { useConsole } from '../context.tsx'
import { Loading } from './state.tsx'

/** A frame with the formatted text. */
export function HeldFrame({ id }: { readonly id: string }) {
  const { texts } = useConsole()
  const { state, reload } = useData(id, signal => cleanHtml(id, signal))
  return (
    <Loading state={state} retry={reload} lines={8}>
      {html => (
        <iframe
          class="content-frame"
          title={texts.content.frame}
          sandbox=""
          referrerpolicy="no-referrer"
          srcdoc={html}
        />
      )}
    </Loading>
  )
}

async function cleanHtml(id: string, signal: AbortSignal): Promise<string> {
  const [response, { clean }] = await Promise.all([fetchHtml(id, signal), import('../clean.ts')])
  if (!response.ok) throw new ApiError(response.status === 404 ? 'not-found' : 'failed', '')
  return clean(await response.text())
}

async function fetchHtml(id: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(urlOf('held.html', { id }), { credentials: 'same-origin', cache: 'no-store', signal })
  } catch (error) {
    if (signal.aborted) throw error
    throw new ApiError('offline', '')
  }
}
