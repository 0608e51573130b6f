/** What a held message contains: text, the formatted message in a closed frame, header, parts and links. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { Answer } from '../../api/schemas.ts'
import { call } from '../api/client.ts'
import { useData } from '../api/hooks.ts'
import { useConsole } from '../context.tsx'
import { inert } from '../format.ts'
import { HeldFrame } from './held-frame.tsx'
import { Panel } from './page.tsx'
import { Loading } from './state.tsx'
import { Badge } from './time.tsx'

type Content = Answer<'held.content'>
type View = 'text' | 'formatted' | 'header'

/** The content of a held message. */
export function HeldContent({ id }: { readonly id: string }) {
  const { state, reload } = useData(id, signal => call('held.content', { params: { id }, signal }))
  const { texts } = useConsole()
  return (
    <Panel title={texts.content.title}>
      <Loading state={state} retry={reload} lines={8}>
        {content => <Shown id={id} content={content} />}
      </Loading>
    </Panel>
  )
}

function Shown({ id, content }: { readonly id: string; readonly content: Content }) {
  const { texts } = useConsole()
  const [view, setView] = useState<View>('text')
  const views: readonly View[] = content.hasHtml ? ['text', 'formatted', 'header'] : ['text', 'header']
  return (
    <div class="stack">
      <p class="hint">{texts.content.safe}</p>
      <div class="buttons">
        {views.map(choice => (
          <button key={choice} type="button" aria-pressed={view === choice} onClick={() => setView(choice)}>
            {texts.content[choice]}
          </button>
        ))}
      </div>
      {view === 'text' && <pre class="content-text">{content.text === '' ? texts.content.empty : content.text}</pre>}
      {view === 'formatted' && <HeldFrame id={id} />}
      {view === 'header' && <Header header={content.header} />}
      {content.isTruncated && <p class="muted">{texts.content.truncated}</p>}
      <Unexamined sentences={content.unexamined} />
      <Parts parts={content.parts} />
      <Links links={content.links} />
    </div>
  )
}

const Header = ({ header }: { readonly header: Content['header'] }) => (
  <dl class="pairs mono">
    {header.map(({ name, value }, index) => (
      <div key={`${index} ${name}`}>
        <dt>{inert(name, 80)}</dt>
        <dd>{inert(value, 2_000)}</dd>
      </div>
    ))}
  </dl>
)

function Unexamined({ sentences }: { readonly sentences: readonly string[] }) {
  const { texts } = useConsole()
  if (sentences.length === 0) return null
  return (
    <Part title={texts.content.unexamined}>
      {sentences.map(sentence => (
        <li key={sentence}>{inert(sentence, 400)}</li>
      ))}
    </Part>
  )
}

function Parts({ parts }: { readonly parts: Content['parts'] }) {
  const { texts, formats } = useConsole()
  return (
    <Part title={texts.content.parts}>
      {parts.map(({ path, type, name, size, detected, isAttachment }) => (
        <li key={path}>
          <code>{inert(name ?? type, 200)}</code>{' '}
          <span class="muted">
            {name !== undefined && `${inert(type, 100)}, `}
            {formats.bytes(size)}
          </span>{' '}
          {isAttachment && <Badge>{texts.content.attachment}</Badge>}{' '}
          {detected !== undefined && <Badge tone="bad">{texts.content.detected(inert(detected, 100))}</Badge>}
        </li>
      ))}
    </Part>
  )
}

function Links({ links }: { readonly links: Content['links'] }) {
  const { texts } = useConsole()
  if (links.length === 0) return <p class="muted">{texts.content.noLinks}</p>
  return (
    <Part title={texts.content.links}>
      {links.map(({ url, text }, index) => (
        <li key={`${index} ${url}`}>
          <code>{inert(url, 500)}</code>{' '}
          {text !== undefined && <span class="muted">{`${texts.content.linkText} “${inert(text, 200)}”`}</span>}
        </li>
      ))}
    </Part>
  )
}

const Part = ({ title, children }: { readonly title: string; readonly children: ComponentChildren }) => (
  <div>
    <h3>{title}</h3>
    <ul class="list">{children}</ul>
  </div>
)
