/** The site of the documentation: `npm run docs` builds it into docs/.vitepress/dist. */
import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { defineConfig } from 'vitepress'
import { linkedFiles, rewriteLinks, slug } from './links.ts'
import { menusOf } from './menus.ts'
import { addressOf, findPages, otherFolders, root } from './pages.ts'

const pages = findPages()

/** The top of the first page, which its Markdown does not have. */
const hero = {
  layout: 'home',
  hero: {
    name: 'postern',
    text: 'Filters for inbound mail',
    tagline: 'Hostile mail is refused early, and every decision is explained.',
    image: { src: '/postern.svg', alt: '' },
    actions: pages
      .filter(({ address }) => /^start\/(?:embed|gateway|rule)\.md$/.test(address))
      .map(({ address, title }, index) => ({
        text: title,
        link: `/${address.replace(/\.md$/, '')}`,
        theme: index === 0 ? 'brand' : 'alt',
      })),
  },
}

export default defineConfig({
  title: 'postern',
  description: 'Composable filters for inbound mail',
  head: [['link', { rel: 'icon', href: '/postern.svg', type: 'image/svg+xml' }]],
  // Pages are in docs/ and beside it, so the source is the repository.
  srcDir: '..',
  srcExclude: [...otherFolders()],
  rewrites: page => addressOf(page) ?? page,
  cleanUrls: true,
  metaChunk: true,
  markdown: { config: rewriteLinks, anchor: { slugify: slug } },
  vite: { publicDir: 'docs/.vitepress/public' },
  locales: {
    root: { label: 'English', lang: 'en', themeConfig: menusOf(pages, 'en') },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '可组合的入站邮件过滤器',
      themeConfig: {
        ...menusOf(pages, 'zh'),
        outline: { label: '本页目录' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '主题',
        lightModeSwitchTitle: '切换到浅色模式',
        darkModeSwitchTitle: '切换到深色模式',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '返回顶部',
        langMenuLabel: '语言',
        skipToContentLabel: '跳转到内容',
      },
    },
  },
  themeConfig: {
    logo: '/postern.svg',
    // Most pages are in English alone.
    i18nRouting: false,
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // Chinese has no spaces between words.
          options: {
            tokenize: text =>
              Array.from(new Intl.Segmenter('zh', { granularity: 'word' }).segment(text))
                .filter(({ isWordLike }) => isWordLike)
                .map(({ segment }) => segment),
          },
        },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清除',
                backButtonTitle: '返回',
                noResultsText: '没有结果：',
                footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
  transformPageData: ({ relativePath, frontmatter }) =>
    relativePath === 'index.md' ? { frontmatter: { ...frontmatter, ...hero } } : undefined,
  buildEnd: ({ outDir }) => {
    for (const file of linkedFiles) {
      const text = join(outDir, 'source', `${file}.txt`)
      mkdirSync(dirname(text), { recursive: true })
      cpSync(resolve(root, file), text)
    }
  },
})
