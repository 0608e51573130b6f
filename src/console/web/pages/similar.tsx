/** Messages with the same visible words: other copies of the same mailing. */
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { usePages } from '../api/hooks.ts'
import { More } from '../components/more.tsx'
import { Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { EntryTable } from './messages.tsx'

/** A button, and what it finds. */
export function Similar({ session }: { readonly session: Answer<'messages.get'> }) {
  const { texts } = useConsole()
  const { role } = useAccount()
  const [isAsked, setAsked] = useState(false)
  if (session.fingerprint === undefined || role === 'user') return null
  if (isAsked) return <Found reference={session.ref} />
  return (
    <div>
      <button type="button" onClick={() => setAsked(true)}>
        {texts.message.similar}
      </button>
    </div>
  )
}

function Found({ reference }: { readonly reference: string }) {
  const { texts } = useConsole()
  const pages = usePages(reference, (_cursor, signal) =>
    call('messages.similar', { params: { ref: reference }, signal }),
  )
  return (
    <Panel title={texts.message.similarTitle} isFlush>
      <Loading state={pages.state} retry={pages.reload}>
        {entries =>
          entries.length === 0 ? (
            <Empty title={texts.message.noSimilar} />
          ) : (
            <>
              <EntryTable entries={entries} caption={texts.message.similarTitle} />
              <More pages={pages} shown={entries.length} />
            </>
          )
        }
      </Loading>
    </Panel>
  )
}
