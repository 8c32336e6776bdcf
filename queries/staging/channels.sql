-- Where leads come from: over the net or not, how it sells, and whether the company goes out to the lead (active) or is found.
--
-- grain: channel
-- optional
-- check: line in ('online', 'offline')
-- check: mode in ('net', 'tele', 'event', 'direct')
-- check: traffic is null or traffic in ('active', 'passive')
-- column: channel text "Channel"
-- column: line text "Line"
-- column: mode text "Way of selling"
-- column: traffic text "Traffic"
SELECT
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
  CASE line WHEN '线上' THEN 'online' WHEN '线下' THEN 'offline' ELSE line END AS line,
  CASE sales_mode WHEN '网销' THEN 'net' WHEN '电销' THEN 'tele' WHEN '会销' THEN 'event' WHEN '直销' THEN 'direct' ELSE sales_mode END AS mode,
  CASE traffic WHEN '主动' THEN 'active' WHEN '被动' THEN 'passive' ELSE traffic END AS traffic
FROM warehouse.lead_channel
