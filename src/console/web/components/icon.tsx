/** Icons of the console, drawn as lines of one width. */

const ICONS = {
  copy: 'M8 8V4.5A1.5 1.5 0 0 1 9.5 3h10A1.5 1.5 0 0 1 21 4.5v10a1.5 1.5 0 0 1-1.5 1.5H16M4.5 8h10A1.5 1.5 0 0 1 16 9.5v10a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 3 19.5v-10A1.5 1.5 0 0 1 4.5 8z',
  check: 'M4 12.5l5.5 5.5L20 6.5',
  menu: 'M3 6h18M3 12h18M3 18h18',
  close: 'M5 5l14 14M19 5L5 19',
  back: 'M15 4l-8 8 8 8',
  search: 'M10.5 17.5a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  live: 'M3 12h4l3-8 4 16 3-8h4',
  messages: 'M3 6h18v12H3zM3 7l9 6.5L21 7',
  quarantine: 'M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6zM9 9.5v5M15 9.5v5M12 9.5v5',
  rules: 'M4 6h10M18 6h2M4 12h2M10 12h10M4 18h7M15 18h5M16 4v4M8 10v4M13 16v4',
  senders: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.8-4 4-6 8-6s7.2 2 8 6',
  lists: 'M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01',
  load: 'M4 20V11M10 20V4M16 20v-6M21 20H2.5',
  health: 'M12 20.5S3.5 15.5 3.5 9.3A4.8 4.8 0 0 1 12 6.5a4.8 4.8 0 0 1 8.5 2.8c0 6.2-8.5 11.2-8.5 11.2z',
  reports: 'M6 3h9l4 4v14H6zM14.5 3v5H19M9 12.5h7M9 16.5h7',
  audit: 'M12 21a9 9 0 1 0-9-9M3 5v7h7M12 7v5l3.5 2',
  account: 'M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c.7-3.5 3.5-5.5 7-5.5s6.3 2 7 5.5',
  people:
    'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.6-3.5 3-5.5 6.5-5.5s5.9 2 6.5 5.5M16 4.8a3.5 3.5 0 0 1 0 6.4M18 15c2 .8 3.1 2.5 3.5 5',
  tokens: 'M15 9.5a4.5 4.5 0 1 1-4 4L21 3.5M17.5 7l2.5 2.5',
  warning: 'M12 3.5L22 20.5H2zM12 10v5M12 17.8v.2',
} as const

/** The name of an icon. */
export type IconName = keyof typeof ICONS

/** A line icon; what it means stands beside it as text. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={ICONS[name]} />
  </svg>
)
