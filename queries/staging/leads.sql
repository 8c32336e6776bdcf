-- Leads: who showed interest, by which channel and search words, and what became of each. A lead that became an account names it.
-- The state and the reason are as they are now; a reason stays with a lead that was put aside and came back.
--
-- grain: lead_id
-- as_of: created_on
-- fresh: 10 days
-- optional
-- check: status in ('new', 'working', 'qualified', 'won', 'lost', 'invalid')
-- check: lost_reason is null or lost_reason in ('no_present_need', 'mismatch', 'no_budget', 'competitor', 'unreachable', 'duplicate', 'spam')
-- column: lead_id text "Lead"
-- column: channel text "Channel"
-- column: created_on date "Created on"
-- column: customer_id text "Customer"
-- column: keyword text "Search words"
-- column: status text "State"
-- column: lost_reason text "Reason for the loss"
SELECT
  lead_no AS lead_id,
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
  created_date AS created_on,
  account_no AS customer_id,
  search_word AS keyword,
  CASE status
    WHEN '新线索' THEN 'new'
    WHEN '跟进中' THEN 'working'
    WHEN '已确认' THEN 'qualified'
    WHEN '已成交' THEN 'won'
    WHEN '已流失' THEN 'lost'
    WHEN '无效' THEN 'invalid'
    ELSE status
  END AS status,
  CASE lost_reason
    WHEN '暂无需求' THEN 'no_present_need'
    WHEN '不匹配' THEN 'mismatch'
    WHEN '预算不足' THEN 'no_budget'
    WHEN '选择竞品' THEN 'competitor'
    WHEN '联系不上' THEN 'unreachable'
    WHEN '重复' THEN 'duplicate'
    WHEN '垃圾信息' THEN 'spam'
    ELSE lost_reason
  END AS lost_reason
FROM warehouse.lead
