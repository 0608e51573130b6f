/**
 * Redirectors as data: hosts and parameters that lead on to another address. `redirectors.ts` reads it. Facts alone: no
 * rule of another filter is copied. Read on 2026-11-30 where a source has no other date.
 */

/**
 * Where a row comes from.
 *
 * - `sublime`: open redirects that were used in phishing, by the detection rules of Sublime Security, 2023 to 2026-08
 * - `clearurls`: the redirections of the rules of ClearURLs
 * - `archives`: mails in public archives and repositories whose links have this form
 * - `phishing`: links of phishing of 2019 to 2024
 * - `hunting`: a published query for phishing with links of Adobe Campaign, 2026
 */
export const SOURCES = ['sublime', 'clearurls', 'archives', 'phishing', 'hunting'] as const

/** See `RedirectorKind` in `redirectors.ts`. */
export const KINDS = ['open', 'protection', 'counter', 'copy'] as const

/**
 * Host, beginning of the path, target, kind and source. `.name` is the host and all below it; `name.*` is that label
 * under any public suffix, and all below it. The target is in one of some parameters, as text or (`u:base64`) in
 * base64; or `@` names how the URL contains it: see `readers` in `redirectors.ts`.
 */
export const REDIRECTORS = `
google.* /url q,url open sublime
google.* /amp/ @amp open sublime
google.* /travel/clk pcurl open sublime
google.* /website_shared/launch_bw.html f open sublime
google.* /maps?q adurl open clearurls
google.* /aclk adurl open clearurls
google.* /local_url q open phishing
google.* /imgres imgurl,imgrefurl open phishing
google.* /ddm/clk @tail open sublime
.cdn.ampproject.org / @amp open sublime
.translate.goog / @translate open phishing
translate.google.* /translate u open phishing
.googleweblight.com / u,lite_url open archives
search.app / link open archives
.googleadservices.com / adurl open clearurls
.doubleclick.net / adurl,ds_dest_url open sublime
.doubleclick.net / @tail open clearurls
.youtube.com /redirect q open clearurls
.youtube.com /attribution_link u open sublime
.bing.com /ck/ @bing open phishing
.bing.com /aclick @bing open phishing
.bing.com /aclk @bing open phishing
.bing.com /newtabredir url open phishing
.search.yahoo.com / @yahoo open phishing
.duckduckgo.com /l/ uddg open clearurls
.baidu.com /link url open phishing
yandex.* /clck/jsredir url open archives
.tiktok.com /link/ target open sublime
.medium.com /m/global-identity redirectUrl open sublime
.medium.com /r url open sublime
.linkedin.com /redir/ url open sublime
.linkedin.com /safety/go url open phishing
.linkedin.com /authwall sessionRedirect open phishing
.facebook.com /l.php u open clearurls
.messenger.com /l.php u open clearurls
.instagram.com / u open clearurls
.facebook.com /flx/warn/ u open phishing
.twitter.com /i/redirect url open clearurls
.reddit.com / url open clearurls
.vk.com /away.php to open sublime
vk.com /away to open sublime
.slack-redir.net / url open sublime
click.snapchat.com / af_web_dp open sublime
.steamcommunity.com /linkfilter/ url,u open clearurls
.deviantart.com /users/outgoing @query open clearurls
.deviantart.com /outgoing @query open clearurls
.curseforge.com /linkout remoteUrl open clearurls
.indeed.com /r target open sublime
.newegg.com /rts/go2.aspx x open sublime
.xfinity.com /learn/cima/login referer open sublime
ib.adnxs.com /getuid @query open sublime
secure.adnxs.com / redir open sublime
.exactag.com /ai.aspx url open sublime
t.em.home.dell.com /r/ p1 open sublime
t.info.samsungusa.com /r/ p1 open sublime
links.engage.ticketmaster.com /ctt u,url open sublime
.mail.adobe.com /r/ p1 open hunting
.campaign.adobe.com /r/ p1 open hunting
.anonym.to / @query open clearurls
.smartredirect.de / url open clearurls
.viglink.com / u,out open sublime
.redirectingat.com / url open phishing
.rutracker.org /forum/out.php url open clearurls
.imgsrc.ru /go/ @path open clearurls
.alabout.com / url open clearurls
.signtr.website / redirect open clearurls
disq.us / url open clearurls
.mysku.ru / r open clearurls
app.adjust.com / redirect open clearurls
.safelinks.protection.outlook.com / url protection archives
urldefense.proofpoint.com /v1/ u protection archives
urldefense.proofpoint.com /v2/ @proofpoint2 protection archives
.urldefense.com /v3/ @proofpoint3 protection archives
urldefense.proofpoint.com /v3/ @proofpoint3 protection archives
.urldefense.us /v3/ @proofpoint3 protection archives
.urldefense.com /v2/ @proofpoint2 protection archives
.mimecast.com /s/ domain protection archives
.mimecastprotect.com /s/ domain protection archives
.cudasvc.com / a protection archives
secure-web.cisco.com / @segment protection archives
.protection.sophos.com / u:base64 protection archives
.protection.sophos.com / d protection archives
.trendmicro.com /wis/clicktime/ url protection archives
.trendmicro.com / url protection archives
clicktime.symantec.com / u protection archives
scanmail.trustwave.com / u protection archives
.fireeye.com / u protection archives
.avanan.click /v2/ @avanan protection archives
.protect.checkpoint.com /v2/ @avanan protection archives
linklock.titanhq.com /analyse url protection archives
urlsand.esvalabs.com / u protection archives
shared.outlook.inky.com /link domain protection archives
.redirect-url.email / link protection archives
.awstrack.me /L0/ @segment counter clearurls
.mjt.lu /lnk/ @segment counter archives
click.redditmail.com / url counter clearurls
.links.govdelivery.com /track @tail counter clearurls
.mailtrack.io / url counter clearurls
.mailpanion.com / destination counter clearurls
.getpocket.com / url counter clearurls
rover.ebay.* /rover mpre counter clearurls
.amazon-adsystem.com /x/c/ @path counter clearurls
.linksynergy.com / murl counter clearurls
.tradedoubler.com / url,_td_deeplink counter clearurls
.admitad.com / ulp counter clearurls
.digidip.net / url counter clearurls
.srvtrck.com / url counter clearurls
.dpbolvw.net / url counter clearurls
.effiliation.com / url counter clearurls
.flexlinkspro.com / url counter clearurls
.webgains.com / wgtarget counter clearurls
.idealo-partner.com / trg counter clearurls
.hlserve.com / dest counter clearurls
refer.ccbill.com / HTML counter clearurls
outgoing.prod.mozaws.net /v1/ @path counter clearurls
web.archive.org /web/ @path copy archives
`
