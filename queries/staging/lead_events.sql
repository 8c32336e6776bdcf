-- What happened to leads. On the net: visit, register, activate, trial, pay, repeat. Elsewhere: into the public pool (pool_in), through the
-- cleaning by telephone (cleaned), taken by a sales person (claim), who is then named for it (named), visit, proposal, pay. A lead
-- goes back to the pool by the hand that held it (return) or by itself when nobody cared for it (recycle). A pay event is the day of
-- the first final sale.
--
-- grain: lead_id, happened_on, event
-- as_of: happened_on
-- fresh: 10 days
-- optional
-- check: event in ('visit', 'register', 'activate', 'qualified', 'trial', 'pay', 'repeat', 'named', 'proposal', 'pool_in', 'cleaned', 'claim', 'return', 'recycle')
-- column: lead_id text "Lead"
-- column: happened_on date "Day"
-- column: event text "Event"
-- column: channel text "Channel"
-- column: actor_id text "By whom"
-- column: pool_id text "Pool"
SELECT
  lead_no AS lead_id,
  event_date AS happened_on,
  CASE event_type
    WHEN '访问' THEN 'visit'
    WHEN '注册' THEN 'register'
    WHEN '激活' THEN 'activate'
    WHEN '确认意向' THEN 'qualified'
    WHEN '试用' THEN 'trial'
    WHEN '付费' THEN 'pay'
    WHEN '复购' THEN 'repeat'
    WHEN '点名' THEN 'named'
    WHEN '方案报价' THEN 'proposal'
    WHEN '入公海' THEN 'pool_in'
    WHEN '清洗通过' THEN 'cleaned'
    WHEN '领取' THEN 'claim'
    WHEN '退回' THEN 'return'
    WHEN '回收' THEN 'recycle'
    ELSE event_type
  END AS event,
  CASE channel_name
    WHEN '自媒体' THEN 'self_media'
    WHEN '行业论坛' THEN 'forum'
    WHEN '官网' THEN 'website'
    WHEN '搜索引擎' THEN 'seo'
    WHEN '公众号' THEN 'official_account'
    WHEN '垂直媒体广告' THEN 'vertical_ads'
    WHEN '邮件' THEN 'email'
    WHEN '短视频' THEN 'short_video'
    WHEN '直播' THEN 'live_stream'
    WHEN '电话外呼' THEN 'tele_sales'
    WHEN '会销' THEN 'event_sales'
    WHEN '行业峰会' THEN 'summit'
    WHEN '展会' THEN 'expo'
    WHEN '公开课' THEN 'open_class'
    WHEN '地推' THEN 'ground_promotion'
    WHEN '线下广告' THEN 'offline_ads'
    WHEN '渠道伙伴' THEN 'partner'
    WHEN '大客户直销' THEN 'direct_sales'
    WHEN '转介绍' THEN 'referral'
    ELSE channel_name
  END AS channel,
  rep_no AS actor_id,
  pool_name AS pool_id
FROM warehouse.lead_event
