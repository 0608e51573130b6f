/** The summary in Simplified Chinese. */
import type { SummaryTexts } from './types.ts'

const number = new Intl.NumberFormat('zh-CN')

export const zhCN: SummaryTexts = {
  subject: (name, from, to) => `${name} 一周邮件概况：${from} 至 ${to}`,
  heading: (from, to) => `一周邮件概况：${from} 至 ${to}`,
  scope: domains => `本概况涉及：${domains}。`,
  mail: '邮件处理结果',
  recipients: '客户端指定的收件人',
  results: { accepted: '已投递', quarantined: '已隔离', deferred: '已推迟', refused: '已拒绝' },
  stopped: '在何处拦截',
  stoppedAt: {
    connect: '连接，建立时',
    helo: '连接，问候时',
    mail: '邮件，因发件人',
    rcpt: '收件人，收到邮件之前',
    message: '收件人，因邮件内容',
  },
  trend: '与前几周比较',
  week: from => `${from} 起的一周`,
  weekFigures: ({ recipients }, share) => `${number.format(recipients)} 个收件人，${share} 未投递`,
  corrected: '人工更正',
  released: '从隔离区放行',
  trained: { ham: '报告为正常邮件', spam: '报告为垃圾邮件' },
  held: '隔离区现有邮件',
  rules: '命中最多的规则',
  load: '负载',
  levels: { green: '绿色', amber: '黄色', red: '红色' },
  minutes: count => `${number.format(count)} 分钟`,
  notices: '警告',
  none: '无。',
  footer: '日期以协调世界时（UTC）为准。收件人由配置中的 summary 选项决定。',
}
