/** A held message: why it is held, what can be done with it, and what it contains. */

import { urlOf } from '../api/client.ts'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { type Held, heldKey } from '../held.ts'
import { HeldActions } from './held-actions.tsx'
import { HeldContent } from './held-content.tsx'
import { Panel } from './page.tsx'
import { Badge, Time, type Tone } from './time.tsx'

interface HeldPanelsProps {
  readonly entries: readonly Held[]
  readonly onDone: () => void
}

/** Every held message of a session, with its recipients. */
export const HeldPanels = ({ entries, onDone }: HeldPanelsProps) => (
  <>
    {[...Map.groupBy(entries, ({ id }) => id)].map(([id, held]) => (
      <HeldPanel key={id} entries={held} onDone={onDone} />
    ))}
  </>
)

/** What these messages contain, as long as they are held. */
export function HeldContents({ entries }: Pick<HeldPanelsProps, 'entries'>) {
  const held = entries.filter(({ state }) => state === 'held' || state === 'releasing')
  return (
    <>
      {[...new Set(held.map(({ id }) => id))].map(id => (
        <HeldContent key={id} id={id} />
      ))}
    </>
  )
}

/** Why it is held, for whom, and the buttons. */
function HeldPanel({ entries, onDone }: HeldPanelsProps) {
  const { texts, formats } = useConsole()
  const { role } = useAccount()
  const { quarantine } = texts
  const [first] = entries
  if (!first) return null
  const mayAct = role !== 'viewer'
  return (
    <Panel title={quarantine.title} actions={mayAct && role !== 'user' && <SaveSource id={first.id} />}>
      <p>
        <KindBadge kind={first.kind} /> {quarantine.kindsAbout[first.kind]}
      </p>
      <ul class="list">
        {entries.map(entry => (
          <li key={heldKey(entry)} class="held-recipient">
            <div>
              <strong>{inert(entry.recipient, 320)}</strong>
              <p class="muted">
                <HeldState entry={entry} />
                {entry.state === 'held' && ` · ${quarantine.expiresIn(formats.relative(entry.expires, Date.now()))}`}
              </p>
              {entry.why !== undefined && <p class="muted">{inert(entry.why, 500)}</p>}
              {entry.state === 'held' && mayAct && !entry.mayRelease && <p class="muted">{quarantine.mayNot}</p>}
            </div>
            {entry.state === 'held' && mayAct && (
              <div class="buttons">
                <HeldActions entries={[entry]} onDone={onDone} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

const SaveSource = ({ id }: { readonly id: string }) => (
  <a class="button" href={urlOf('held.source', { id })} download={`${id}.eml`}>
    {useConsole().texts.quarantine.source}
  </a>
)

const TONES: Readonly<Record<Held['kind'], Tone>> = {
  spam: 'warning',
  phishing: 'bad',
  malware: 'bad',
  policy: 'info',
  unexamined: 'neutral',
}

/** Why a message is held, in a word. */
export const KindBadge = ({ kind }: { readonly kind: Held['kind'] }) => (
  <Badge tone={TONES[kind]}>{useConsole().texts.quarantine.kinds[kind]}</Badge>
)

/** What became of it, when, and by whom. */
export function HeldState({ entry: { state, by, at, time } }: { readonly entry: Held }) {
  const { texts } = useConsole()
  const { quarantine } = texts
  return (
    <>
      {quarantine.states[state]}
      {by !== undefined && ` ${quarantine.by(inert(by, 120))}`} <Time time={at ?? time} />
    </>
  )
}
