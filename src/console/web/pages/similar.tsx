/** Messages with the same visible words: other copies of the same mailing. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { usePages } from '../api/hooks.ts'
import { More } from '../components/more.tsx'
import { Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { type Account, useConsole } from '../context.tsx'
import { EntryTable } from './messages.tsx'

/** Whether there is something to compare, and whether this role may. */
export const mayCompare = ({ fingerprint }: Answer<'messages.get'>, role: Account['role']): boolean =>
  fingerprint !== undefined && role !== 'user'

/** What is found. */
export function Similar({ reference }: { readonly reference: string }) {
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
