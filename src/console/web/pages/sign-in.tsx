/** Signing in: by password and code, by a link in mail, or by OpenID Connect; and setting up an account. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call } from '../api/client.ts'
import { Field, Form, type Values } from '../components/form.tsx'
import { Choices } from '../components/frame.tsx'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { hrefOf } from '../router.ts'
import { SetUp } from './set-up.tsx'

/** The page before all others. */
export function SignIn() {
  const { texts, place } = useConsole()
  if (place.page === 'setUp')
    return (
      <Outside title={texts.setUp.title}>
        <SetUp token={place.params.token ?? ''} />
      </Outside>
    )
  if (place.page === 'link')
    return (
      <Outside title={texts.signIn.title}>
        <Redeem token={place.params.token ?? ''} />
      </Outside>
    )
  return (
    <Outside title={texts.signIn.title}>
      <Ways />
    </Outside>
  )
}

/** A page without navigation. */
function Outside({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const { session } = useConsole()
  useEffect(() => {
    document.title = `${title} · ${session.name}`
  }, [title, session.name])
  return (
    <div class="outside">
      <main class="card">
        <p class="brand">
          <img src="icon.svg" alt="" width="28" height="28" />
          <span>{inert(session.name, 60)}</span>
        </p>
        <h1>{title}</h1>
        {children}
      </main>
      <footer>
        <Choices />
      </footer>
    </div>
  )
}

/** Shows the first page; what was looked for before is shown again. */
async function enter(refresh: () => Promise<void>): Promise<void> {
  if (/^#\/(?:sign-in|link|set-up)/.test(location.hash)) history.replaceState(null, '', '#/')
  await refresh()
  dispatchEvent(new HashChangeEvent('hashchange'))
}

function Ways() {
  const { texts, session, place } = useConsole()
  const { password, link, oidc } = session.signIn
  const isClosed = !password && !link && oidc === null
  return (
    <>
      {place.query.failed !== undefined && (
        <p class="form-error" role="alert">
          {texts.signIn.failed}
        </p>
      )}
      {isClosed && <p>{texts.signIn.closed}</p>}
      {oidc !== null && (
        <a class="button primary" href="oidc/start">
          {inert(oidc, 80)}
        </a>
      )}
      {password && <ByPassword />}
      {link && <ByLink isOnly={!password && oidc === null} />}
    </>
  )
}

function ByPassword() {
  const { texts, refresh } = useConsole()
  const send = async ({ name = '', password = '', code = '' }: Values): Promise<void> => {
    await call('session.password', { body: { name: name.trim(), password, code: code.replace(/\s/g, '') } })
    await enter(refresh)
  }
  return (
    <Form onSend={send} button={texts.signIn.button}>
      <Field label={texts.signIn.name} name="name" autocomplete="username" isRequired maxLength={100} />
      <Field
        label={texts.signIn.password}
        name="password"
        type="password"
        autocomplete="current-password"
        isRequired
        maxLength={200}
      />
      <Field
        label={texts.signIn.code}
        name="code"
        autocomplete="one-time-code"
        isRequired
        maxLength={40}
        hint={texts.signIn.codeHint}
      />
    </Form>
  )
}

function ByLink({ isOnly }: { readonly isOnly: boolean }) {
  const { texts } = useConsole()
  const [isSent, setSent] = useState(false)
  const send = async ({ address = '' }: Values): Promise<void> => {
    await call('session.link', { body: { address: address.trim() } })
    setSent(true)
  }
  const form = isSent ? (
    <p role="status">{texts.signIn.linkSent}</p>
  ) : (
    <Form onSend={send} button={texts.signIn.linkButton} kind={isOnly ? 'primary' : 'plain'}>
      <Field
        label={texts.signIn.address}
        name="address"
        type="email"
        autocomplete="email"
        isRequired
        maxLength={320}
        hint={texts.signIn.linkAbout}
      />
    </Form>
  )
  if (isOnly) return form
  return (
    <details class="disclosure">
      <summary>{texts.signIn.linkTitle}</summary>
      {form}
    </details>
  )
}

/** A scanner of mail opens links: only the button signs in. */
function Redeem({ token }: { readonly token: string }) {
  const { texts, refresh } = useConsole()
  const send = async (): Promise<void> => {
    await call('session.redeem', { body: { token } })
    await enter(refresh)
  }
  return (
    <>
      <p>{texts.signIn.linkOpened}</p>
      <Form onSend={send} button={texts.signIn.button} beside={<a href={hrefOf('signIn')}>{texts.common.cancel}</a>}>
        <p class="muted">{texts.signIn.linkOther}</p>
      </Form>
    </>
  )
}
