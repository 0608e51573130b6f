/** Simplified Chinese: the live view, load, and charts. */
import type { Concern } from '../../live/judgement.ts'
import type { watching as en } from './en.ts'

const number = (value: number): string => new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 1 }).format(value)

const PARTS: Readonly<Record<string, string>> = {
  loop: '事件循环',
  busy: '处理器',
  memory: '内存',
  sessions: '会话',
  scans: '扫描',
  spool: '暂存区',
  descriptors: '文件描述符',
  dns: 'DNS',
  clamav: '病毒扫描器',
  'next-hop': '下一跳',
  store: '存储',
}

/** Says what is not as it should be. */
function concern(found: Concern, inert: (text: string) => string): string {
  switch (found.kind) {
    case 'next-hop-down':
      return `无法投递到 ${found.names.map(name => inert(name)).join('、')}：连接失败，请查看其日志。`
    case 'next-hop-failing':
      return `${found.names.map(name => inert(name)).join('、')} 推迟了大部分邮件。`
    case 'load':
      return found.level === 'red'
        ? `过载：${PARTS[found.part] ?? inert(found.part)}已耗尽。未知客户端会被要求稍后再试。`
        : `${PARTS[found.part] ?? inert(found.part)}即将耗尽，代价高的检查已减少。`
    case 'flood':
      return `拒绝次数是之前的 ${number(Math.round(found.times))} 倍：正在拒绝一次邮件洪水。`
    case 'deferring':
      return `${Math.round(found.share * 100)}% 的邮件被推迟。`
    case 'no-metrics':
      return '网关无法读取自己的计数器，原因见其日志。'
    default:
      return found satisfies never
  }
}

/** All texts of these pages. */
export const watching: typeof en = {
  charts: {
    nothingYet: '尚无测量值，一分钟内会出现第一批数据。',
    walk: title => `${title}：用方向键浏览各个值`,
    table: '以表格显示',
    time: '时间',
    range: (low, high) => `${low} 至 ${high}`,
  },
  live: {
    pause: '暂停',
    resume: '继续',
    states: { connecting: '正在连接', live: '实时', paused: '已暂停', lost: '连接中断，正在重试' },
    at: time => `最新数据：${time}`,
    wellnessLabel: '网关状态',
    wellness: { well: '一切正常', busy: '请注意', trouble: '邮件受到影响', unknown: '状态未知' },
    allWell: '下一跳正常接收邮件，负载较低。',
    concern,
    perSecond: value => `${value}/秒`,
    sessions: '打开的会话',
    opened: value => `新建 ${value}/秒`,
    load: '负载',
    levels: { green: '低', amber: '高', red: '过载' },
    verdictsTitle: '每秒裁决',
    nextHops: '下一跳',
    nextHop: '下一跳',
    noNextHops: '尚未投递任何邮件。',
    state: '状态',
    up: '使用中',
    down: '无法连接',
    delivered: '投递/秒',
    notDelivered: '未投递/秒',
    latency: '延迟',
    saved: {
      title: '尽早拒绝所节省的',
      connections: '连接',
      bytes: '未传输的字节',
      scans: '未进行的扫描',
      estimated: '（估计）',
      notMeasured: '未测量',
      how: time => `最近 ${time}。连接数是实际计数。字节和扫描次数是估计值：每个被拒绝的连接按一封平均大小的邮件计算。`,
    },
    newest: '最新收件人',
    noEntries: '尚未收到邮件。',
    verdict: '裁决',
    from: '发件人',
    to: '收件人',
    score: '得分',
  },
  load: {
    about: '本节点离极限有多近，以及对未来几小时的预计。',
    time: '时间',
    hours: hours => (hours > 24 ? `最近 ${hours / 24} 天` : `最近 ${hours} 小时`),
    part: part => PARTS[part] ?? part,
    now: load => `当前负载：${load}`,
    arrivals: '每分钟会话数',
    counted: '实际',
    expected: '预计',
    band: '十之九的范围',
    forecastHow: '带状区域包含十分之九的值，右端是对未来几小时的预测。',
    noForecast: '观察满一天后开始预测。',
    latency: '下一跳的延迟',
    byHour: '每小时收件人数',
    noHours: '这段时间没有历史记录。',
    onlyDay: '负载、会话和延迟只保留一天，每小时收件人数来自历史记录。',
  },
}
