/** A button that writes an entry of a list. */
import type { Body } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { Check, ConfirmButton, Field, Select, type Values } from '../components/form.tsx'
import { useUndo } from '../components/undo.tsx'
import { useAccount, useConsole } from '../context.tsx'
import { inert } from '../format.ts'

interface AddEntryProps {
  readonly effect: 'allow' | 'deny'
  /** What is written into the form at first. */
  readonly sender?: string
  readonly onDone: () => void
}

const DAY_MS = 86_400_000

/** Asks for sender, scope, end and reason. */
export function AddEntry({ effect, sender = '', onDone }: AddEntryProps) {
  const { texts, say } = useConsole()
  const undo = useUndo(onDone)
  const add = async (values: Values): Promise<void> => {
    const answer = await call('lists.add', { body: entryOf(effect, values) })
    say({
      text: texts.senders.added(inert(answer.sender, 80)),
      ...(answer.undo !== undefined && { action: undo([answer.undo]) }),
    })
    onDone()
  }
  return (
    <ConfirmButton
      label={sender === '' ? texts.senders.add[effect] : texts.senders.effects[effect]}
      question={texts.senders.addQuestion[effect]}
      explanation={texts.senders.addExplanation[effect]}
      onConfirm={add}
    >
      <EntryFields effect={effect} sender={sender} />
    </ConfirmButton>
  )
}

/** What the form says; a box that is not checked is absent. */
const entryOf = (effect: 'allow' | 'deny', values: Values): Body<'lists.add'> => {
  const { sender = '', scope = '', days = '', note = '', enforced, unproven } = values
  return {
    effect,
    sender: sender.trim(),
    ...(scope.trim() !== '' && { scope: scope.trim() }),
    ...(days !== '' && { expires: Date.now() + Number(days) * DAY_MS }),
    ...(note.trim() !== '' && { note: note.trim() }),
    ...(enforced !== undefined && { enforced: true }),
    ...(unproven !== undefined && { unproven: true }),
  }
}

function EntryFields({ effect, sender }: { readonly effect: 'allow' | 'deny'; readonly sender: string }) {
  const { texts } = useConsole()
  const { role } = useAccount()
  const { senders } = texts
  const days = ['1', '7', '30', '90', '365'] as const
  return (
    <>
      <Field label={senders.sender} name="sender" value={sender} hint={senders.senderHint} isRequired maxLength={320} />
      <ScopeField />
      <Select
        label={senders.expires}
        name="days"
        value=""
        options={[['', texts.common.never], ...days.map(one => [one, senders.inDays(Number(one))] as const)]}
      />
      {role !== 'user' && <Check label={senders.enforced} name="enforced" hint={senders.enforcedHint} />}
      {effect === 'allow' && <Check label={senders.unproven} name="unproven" hint={senders.unprovenHint} />}
      <Field label={texts.common.why} name="note" maxLength={500} />
    </>
  )
}

/** An owner of mailboxes chooses one; an operator of some domains begins with one of them. */
function ScopeField() {
  const { texts } = useConsole()
  const { domains, addresses } = useAccount()
  const { senders } = texts
  if (addresses !== null)
    return (
      <Select
        label={senders.scope}
        name="scope"
        options={addresses.map(address => [address, inert(address, 120)] as const)}
      />
    )
  const own = domains?.[0]
  const hint = own === undefined ? senders.scopeHint : senders.ownScopeHint
  return <Field label={senders.scope} name="scope" value={own ?? ''} hint={hint} maxLength={320} />
}
