/** Adding an account to an authenticator app, and the codes that replace it. */
import { encode } from 'uqr'
import { useConsole } from '../context.tsx'
import { Field } from './form.tsx'
import { Copyable, copyText } from './link.tsx'

interface EnrolmentProps {
  readonly secret: string
  /** `otpauth:` with all that the app needs. */
  readonly uri: string
}

/** The QR code, the key in its place, and the first code of the app. */
export function Enrolment({ secret, uri }: EnrolmentProps) {
  const { texts } = useConsole()
  return (
    <>
      <div class="enrolment">
        <p>{texts.setUp.scan}</p>
        <QrCode text={uri} label={texts.setUp.scanLabel} />
        <p>
          {texts.setUp.secret} <Copyable text={secret} label={texts.setUp.secret} />
        </p>
      </div>
      <Field
        label={texts.setUp.code}
        name="code"
        autocomplete="one-time-code"
        inputMode="numeric"
        pattern="[0-9]{6}"
        isRequired
        maxLength={6}
      />
    </>
  )
}

/** Dark modules on white with the quiet zone that readers need, in every theme. */
function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { border: 4 })
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

interface RecoveryProps {
  readonly codes: readonly string[]
  readonly onSaved: () => void
}

/** Recovery codes, shown once. */
export function RecoveryCodes({ codes, onSaved }: RecoveryProps) {
  const { texts } = useConsole()
  return (
    <div class="stack">
      <h2>{texts.setUp.recoveryTitle}</h2>
      <p>{texts.setUp.recoveryAbout}</p>
      <ul class="codes">
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" class="primary" onClick={onSaved}>
          {texts.setUp.saved}
        </button>
        <button type="button" onClick={() => void copyText(codes.join('\n'))}>
          {texts.common.copy}
        </button>
      </div>
    </div>
  )
}
