/** Buttons that release or delete held messages: one, or all that are selected. */
import { call } from '../api/client.ts'
import { useConsole } from '../context.tsx'
import { type Held, type HeldAction, resultTexts } from '../held.ts'
import { Check, ConfirmButton, Field, type Values } from './form.tsx'
import { useUndo } from './undo.tsx'

/** As many as one call takes. */
const MAX_ITEMS = 100

interface HeldActionsProps {
  readonly entries: readonly Held[]
  readonly onDone: () => void
}

/** Release and delete. */
export function HeldActions({ entries, onDone }: HeldActionsProps) {
  const { texts } = useConsole()
  const act = useHeldAction(entries, onDone)
  const { quarantine, common } = texts
  const waiting = entries.filter(({ state }) => state === 'held')
  const mayRelease = waiting.length > 0 && waiting.every(entry => entry.mayRelease)
  return (
    <>
      <ConfirmButton
        label={quarantine.release}
        kind="primary"
        question={quarantine.releaseQuestion(waiting.length)}
        explanation={quarantine.releaseAbout}
        isDisabled={!mayRelease}
        onConfirm={values => act('release', values)}
      >
        <Check label={quarantine.trainHam} name="train" isChecked />
        <Check label={quarantine.allow} name="allow" hint={quarantine.allowHint} />
        <Field label={common.why} name="why" maxLength={500} />
      </ConfirmButton>
      <ConfirmButton
        label={quarantine.delete}
        kind="danger"
        question={quarantine.deleteQuestion(waiting.length)}
        explanation={quarantine.deleteAbout}
        isDisabled={waiting.length === 0}
        onConfirm={values => act('delete', values)}
      >
        <Check label={quarantine.trainSpam} name="train" />
        <Field label={common.why} name="why" maxLength={500} />
      </ConfirmButton>
    </>
  )
}

/** Releases or deletes, and says what came of it; what can be taken back has a button for that. */
function useHeldAction(entries: readonly Held[], onDone: () => void) {
  const { texts, formats, say } = useConsole()
  const undo = useUndo(onDone)
  return async (action: HeldAction['action'], { why = '', train, allow }: Values): Promise<void> => {
    const items = entries
      .filter(({ state }) => state === 'held')
      .slice(0, MAX_ITEMS)
      .map(({ id, recipient }) => ({ id, recipient }))
    const { results } = await call('held.act', {
      body: {
        action,
        items,
        ...(why.trim() !== '' && { why: why.trim() }),
        ...(train !== undefined && { train: true }),
        ...(allow !== undefined && { allow: true }),
      },
    })
    const { done, failed } = resultTexts(action, results, texts, formats)
    const tokens = results.flatMap(result => (result.undo === undefined ? [] : [result.undo]))
    if (done !== undefined) say({ text: done, ...(tokens.length > 0 && { action: undo(tokens) }) })
    if (failed !== undefined) say({ text: failed, kind: 'failed' })
    onDone()
  }
}
