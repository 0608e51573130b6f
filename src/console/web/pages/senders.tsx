/** Senders: what is known of one, and the allow and deny lists. */
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { Field } from '../components/form.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Empty, Loading } from '../components/state.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { EntryTable } from '../live/newest.tsx'
import { hrefOf } from '../router.ts'
import { AddEntry } from '../senders/add-entry.tsx'
import { ListPanel, ListTable } from '../senders/list-panel.tsx'
import { Reputation } from '../senders/reputation.tsx'

type Sender = Answer<'senders.get'>

/** The page. */
export function Senders() {
  const { texts, place } = useConsole()
  const name = (place.query.name ?? '').trim()
  return (
    <Page title={texts.nav.senders} about={texts.senders.about}>
      <Lookup name={name} />
      {name !== '' && <Found key={name} name={name} />}
      <ListPanel />
    </Page>
  )
}

/** Anything that names a sender. */
function Lookup({ name }: { readonly name: string }) {
  const { texts } = useConsole()
  return (
    <search>
      <form
        class="filters"
        key={name}
        onSubmit={event => {
          event.preventDefault()
          const given = new FormData(event.currentTarget).get('name')
          location.hash = hrefOf('senders', {}, { name: typeof given === 'string' ? given.trim() : '' })
        }}
      >
        <div class="field-wide">
          <Field
            label={texts.senders.look}
            name="name"
            type="search"
            value={name}
            placeholder={texts.senders.lookHint}
            maxLength={320}
          />
        </div>
        <div class="buttons">
          <button type="submit" class="primary">
            {texts.common.search}
          </button>
        </div>
      </form>
    </search>
  )
}

function Found({ name }: { readonly name: string }) {
  const { texts } = useConsole()
  const { role } = useAccount()
  const { state, reload } = useData(name, signal => call('senders.get', { params: { name }, signal }))
  return (
    <Panel
      title={inert(name, 100)}
      isFlush
      actions={
        role !== 'viewer' && (
          <>
            <AddEntry effect="allow" sender={name} onDone={reload} />
            <AddEntry effect="deny" sender={name} onDone={reload} />
          </>
        )
      }
    >
      <Loading state={state} retry={reload}>
        {sender => <Known sender={sender} onChange={reload} title={texts.senders.recent} />}
      </Loading>
    </Panel>
  )
}

interface KnownProps {
  readonly sender: Sender
  readonly onChange: () => void
  readonly title: string
}

function Known({ sender: { identities, lists, recent }, onChange, title }: KnownProps) {
  const { texts } = useConsole()
  return (
    <div class="known">
      <h3>{texts.senders.reputation}</h3>
      {identities.length === 0 ? <Empty title={texts.senders.noReputation} /> : <Reputation identities={identities} />}
      <h3>{texts.senders.entriesOf}</h3>
      {lists.length === 0 ? (
        <Empty title={texts.senders.noEntriesOf} />
      ) : (
        <ListTable caption={texts.senders.entriesOf} entries={lists} onChange={onChange} />
      )}
      <h3>{title}</h3>
      {recent.length === 0 ? <Empty title={texts.senders.noRecent} /> : <EntryTable caption={title} entries={recent} />}
    </div>
  )
}
