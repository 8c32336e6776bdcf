-- What each channel cost by month: media, stands and speakers, and the salaries of those who sell through it.
--
-- grain: channel, month
-- as_of: month
-- optional
-- check: month = month_start(month)
-- warn: spend >= 0 and sales_cost >= 0
-- column: channel text "Channel"
-- column: month month "Month"
-- column: spend money "Spend without salaries"
-- column: sales_cost money "Salaries of sales"
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
  cost_month AS month,
  media_amount AS spend,
  salary_amount AS sales_cost
FROM warehouse.channel_cost
