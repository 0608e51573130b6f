/** Forms: fields with their labels, and buttons that ask before they act. */
import type { ComponentChildren } from 'preact'
import { useId, useRef, useState } from 'preact/hooks'
import type { ApiError } from '../api/client.ts'
import { useConsole } from '../context.tsx'
import { Dialog } from './dialog.tsx'
import { failureText } from './state.tsx'

interface FieldProps {
  readonly label: string
  readonly name: string
  readonly value?: string
  readonly type?: 'text' | 'search' | 'password' | 'email' | 'number' | 'date'
  /** Explains what is expected, below the field. */
  readonly hint?: string
  readonly placeholder?: string
  /** Takes every change; absent where the form reads the field when it is sent. */
  readonly onChange?: (value: string) => void
  readonly autocomplete?: string
  readonly inputMode?: 'numeric' | 'email' | 'text' | 'decimal'
  readonly isRequired?: boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly isReadOnly?: boolean
  readonly step?: string
  readonly min?: string
  readonly max?: string
}

/** A line of text with its label. */
export function Field({ label, hint, isRequired, isReadOnly, value, onChange, type = 'text', ...input }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...input}
        id={id}
        // The types of each kind of field differ in roles alone, and none is given here.
        type={type as 'text'}
        required={isRequired}
        readonly={isReadOnly}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        spellcheck={false}
        autocapitalize="off"
        {...(onChange ? { value, onInput: event => onChange(event.currentTarget.value) } : { defaultValue: value })}
      />
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

interface SelectProps<V extends string> {
  readonly label: string
  readonly name: string
  readonly value?: V
  readonly options: readonly (readonly [value: V, label: string])[]
  readonly onChange?: (value: V) => void
  readonly hint?: string
}

/** One of several values. */
export function Select<V extends string>({ label, name, value, options, onChange, hint }: SelectProps<V>) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        name={name}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={event => onChange?.(event.currentTarget.value as V)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

interface CheckProps {
  readonly label: string
  readonly name: string
  readonly isChecked?: boolean
  readonly hint?: string
}

/** Yes or no. */
export function Check({ label, name, isChecked, hint }: CheckProps) {
  const id = useId()
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        name={name}
        defaultChecked={isChecked}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/** The values of a form by the names of its fields; a box that is not checked is absent. */
export type Values = Readonly<Record<string, string>>

interface FormProps {
  /** What happens when it is sent; a failure is shown in the form. */
  readonly onSend: (values: Values) => Promise<void>
  readonly button: string
  readonly kind?: 'primary' | 'danger' | 'plain'
  readonly children: ComponentChildren
  /** Buttons beside the button that sends. */
  readonly beside?: ComponentChildren
}

/** A form that is sent once at a time. */
export function Form({ onSend, button, kind = 'primary', children, beside }: FormProps) {
  const { texts } = useConsole()
  const [error, setError] = useState<ApiError>()
  const [isSending, setSending] = useState(false)
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (isSending) return
    const form = event.currentTarget as HTMLFormElement
    const given = [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : ''])
    setSending(true)
    setError(undefined)
    try {
      await onSend(Object.fromEntries(given))
    } catch (failure) {
      setError(failure as ApiError)
    } finally {
      setSending(false)
    }
  }
  return (
    <form class="form" onSubmit={send}>
      {children}
      {error && (
        <p class="form-error" role="alert">
          {failureText(error, texts)}
          {error.message !== '' && error.code !== 'input' && <span class="muted"> {error.message}</span>}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class={kind} aria-disabled={isSending}>
          {isSending ? texts.common.loading : button}
        </button>
        {beside}
      </div>
    </form>
  )
}

interface ConfirmProps {
  /** The words of the button. */
  readonly label: string
  /** The title of the question. */
  readonly question: string
  /** What follows from it. */
  readonly explanation?: ComponentChildren
  readonly kind?: 'primary' | 'danger' | 'plain'
  readonly isDisabled?: boolean
  /** Fields of the question. */
  readonly children?: ComponentChildren
  readonly onConfirm: (values: Values) => Promise<void>
}

/** A button that asks before it acts. */
export function ConfirmButton(props: ConfirmProps) {
  const { label, question, explanation, kind = 'plain', isDisabled, children, onConfirm } = props
  const { texts } = useConsole()
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  const confirm = async (values: Values): Promise<void> => {
    await onConfirm(values)
    close()
  }
  return (
    <>
      <button ref={button} type="button" class={kind} disabled={isDisabled} onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && (
        <Dialog title={question} onClose={close}>
          {explanation !== undefined && <p>{explanation}</p>}
          <Form
            button={label}
            kind={kind === 'danger' ? 'danger' : 'primary'}
            onSend={confirm}
            beside={
              <button type="button" onClick={close}>
                {texts.common.cancel}
              </button>
            }
          >
            {children}
          </Form>
        </Dialog>
      )}
    </>
  )
}
