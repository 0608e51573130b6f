/** The menus of the site, made from its folders and the headings of its pages. */
import type { DefaultTheme } from 'vitepress'
import type { Page } from './pages.ts'

type Item = DefaultTheme.SidebarItem

/** In the order of the first steps; pages of other folders are sorted by title. */
const START = ['embed', 'gateway', 'postfix', 'haraka', 'rule']

/** What the folders are called. */
const ENGLISH = {
  start: 'Start',
  guides: 'Guides',
  explain: 'Explanations',
  migrate: 'Migration',
  reference: 'Reference',
  'reference/filters': 'Filters',
  'reference/api': 'API',
  project: 'Project',
  decisions: 'Decisions',
}
const CHINESE = { start: '入门' }

/** Menus of one language. A page that is in no folder is beside the folders. */
export function menusOf(pages: readonly Page[], language: 'en' | 'zh'): Pick<DefaultTheme.Config, 'nav' | 'sidebar'> {
  const isChinese = (page: Page): boolean => page.address.startsWith('zh/')
  const own = pages.filter(page => isChinese(page) === (language === 'zh'))
  if (language === 'zh') {
    const start = group(CHINESE.start, inFolder(own, 'zh/start'))
    return { nav: links([start]), sidebar: { '/zh/': start } }
  }
  const groupOf = (folder: keyof typeof ENGLISH): Item[] => group(ENGLISH[folder], inFolder(own, folder))
  const others = inFolder(own, '').filter(({ address }) => address !== 'index.md')
  const learn = [...groupOf('start'), ...groupOf('guides'), ...groupOf('explain'), ...groupOf('migrate')]
  const reference = [...groupOf('reference'), ...groupOf('reference/filters'), ...groupOf('reference/api')]
  const project = [...groupOf('project'), ...groupOf('decisions')]
  return {
    nav: [
      ...links([groupOf('start'), groupOf('guides'), groupOf('reference'), groupOf('explain'), groupOf('migrate')]),
      { text: 'More', items: [...others, ...inFolder(own, 'project')].map(linkTo) },
    ],
    sidebar: {
      '/': [...learn, ...others.map(linkTo)],
      '/reference/': reference,
      '/project/': project,
      '/decisions/': project,
    },
  }
}

const linkTo = ({ address, title }: Page): { text: string; link: string } => ({
  text: title,
  link: `/${address.replace(/\.md$/, '')}`,
})

const folderOf = ({ address }: Page): string => address.split('/').slice(0, -1).join('/')

function inFolder(pages: readonly Page[], folder: string): readonly Page[] {
  const nameOf = ({ address }: Page): string => address.slice(folder.length + 1).replace(/\.md$/, '')
  const found = pages.filter(page => folderOf(page) === folder && !/^(?:index|readme.*)$/.test(nameOf(page)))
  if (folder === 'decisions') return found
  if (folder.endsWith('start')) return found.toSorted((one, other) => place(nameOf(one)) - place(nameOf(other)))
  return found.toSorted((one, other) => one.title.localeCompare(other.title, 'en'))
}

const place = (name: string): number => (START.includes(name) ? START.indexOf(name) : START.length)

/** A group of the sidebar; none where the folder has no page yet. */
const group = (text: string, pages: readonly Page[]): Item[] =>
  pages.length === 0 ? [] : [{ text, collapsed: false, items: pages.map(linkTo) }]

/** A link of the top menu to the first page of each group. */
const links = (groups: readonly (readonly Item[])[]): DefaultTheme.NavItemWithLink[] =>
  groups.flatMap(([first]) => {
    const link = first?.items?.[0]?.link
    return first?.text === undefined || link === undefined
      ? []
      : [{ text: first.text, link, activeMatch: `^${link.replace(/[^/]*$/, '')}` }]
  })
