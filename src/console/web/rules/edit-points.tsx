/** Edits the points of a rule: first a preview of what they would have done, then the change. */
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { ConfirmButton, Field, Form, Select, type Values } from '../components/form.tsx'
import { useConsole } from '../context.tsx'
import { Preview } from './preview.tsx'

interface EditProps {
  readonly rule: string
  /** Points of the console; undefined: those of the configuration count. */
  readonly points: number | undefined
  readonly isEdited: boolean
  readonly mayEdit: boolean
  readonly onChange: () => void
}

/** What was previewed. */
interface Tried {
  readonly points: number
  readonly answer: Answer<'rules.preview'>
}

/** A form for a preview; below it the preview, and a button that makes the change. */
export function EditPoints({ rule, points, isEdited, mayEdit, onChange }: EditProps) {
  const { texts, say } = useConsole()
  const [tried, setTried] = useState<Tried>()
  const preview = async ({ points: text = '', days = '7' }: Values): Promise<void> => {
    const to = Number(text.replace(',', '.'))
    setTried(undefined)
    setTried({
      points: to,
      answer: await call('rules.preview', { body: { points: { [rule]: to }, days: Number(days) } }),
    })
  }
  const change = async (to: number | null, why: string | undefined): Promise<void> => {
    await call('rules.setPoints', { body: { rule, points: to, ...(why && { why }) } })
    say({ text: texts.rules.saved })
    setTried(undefined)
    onChange()
  }
  return (
    <div class="stack">
      <Form onSend={preview} button={texts.rules.preview}>
        <div class="filters">
          <Field
            label={texts.rules.newPoints}
            name="points"
            type="number"
            step="0.1"
            min="-100"
            max="100"
            isRequired
            value={points === undefined ? '' : String(points)}
          />
          <Select
            label={texts.rules.time}
            name="days"
            value="7"
            options={(['1', '7', '14', '31'] as const).map(days => [days, texts.rules.days(Number(days))] as const)}
          />
        </div>
      </Form>
      {tried && <Preview answer={tried.answer} points={tried.points} />}
      {!mayEdit && <p class="hint">{texts.rules.mayNotEdit}</p>}
      {mayEdit && (
        <div class="buttons">
          {tried && <Save points={tried.points} onSave={why => change(tried.points, why)} />}
          {isEdited && <GiveBack onSave={why => change(null, why)} />}
        </div>
      )}
    </div>
  )
}

interface SaveProps {
  readonly onSave: (why: string | undefined) => Promise<void>
}

function Save({ points, onSave }: SaveProps & { readonly points: number }) {
  const { texts, formats } = useConsole()
  return (
    <ConfirmButton
      label={texts.rules.save(formats.points(points))}
      question={texts.rules.saveQuestion}
      explanation={texts.rules.saveExplanation}
      kind="primary"
      onConfirm={({ why }) => onSave(why)}
    >
      <Field label={texts.common.why} name="why" maxLength={500} />
    </ConfirmButton>
  )
}

function GiveBack({ onSave }: SaveProps) {
  const { texts } = useConsole()
  return (
    <ConfirmButton
      label={texts.rules.giveBack}
      question={texts.rules.giveBackQuestion}
      onConfirm={({ why }) => onSave(why)}
    >
      <Field label={texts.common.why} name="why" maxLength={500} />
    </ConfirmButton>
  )
}
