-- Whether referred customers are won more often: first deals that ended in the window, of referred customers and of the others. A
-- first deal was created before its customer had bought, or on the day of the first sale. Referred are those whose referral counts. Of
-- a day won and a day lost the later one holds, and won on a tie. Deals that name no customer on record are a row of their own, and
-- those of internal customers are left out.
--
-- grain: deal_source
-- order: position
-- check: deals = won + lost
-- column: deal_source text "Referred or others"
-- column: position count "Position"
-- column: deals count "First deals that ended"
-- column: won count "Won"
-- column: lost count "Lost"
-- column: win_rate ratio "Won of those that ended"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH sources AS (
  SELECT * FROM (VALUES ('referred', 1), ('other', 2), ('unknown', 3)) AS s (deal_source, position)
),
ended AS (
  SELECT
    coalesce(u.unit_id, o.customer_id) AS customer_id,
    o.created_on,
    o.won_on IS NOT NULL AND (o.lost_on IS NULL OR o.lost_on <= o.won_on) AS is_won
  FROM staging.opportunities o
  LEFT JOIN value.units u ON u.customer_id = o.customer_id
  WHERE u.is_internal IS NOT TRUE
    AND greatest(o.won_on, o.lost_on) >= $window_start
    AND greatest(o.won_on, o.lost_on) < $window_end
),
acc AS (
  SELECT
    CASE WHEN c.customer_id IS NULL THEN 'unknown' WHEN r.is_counted THEN 'referred' ELSE 'other' END AS deal_source,
    count(*) AS deals,
    count(CASE WHEN e.is_won THEN 1 END) AS won
  FROM ended e
  LEFT JOIN value.customers c ON c.customer_id = e.customer_id
  LEFT JOIN acquisition.referrals r ON r.customer_id = e.customer_id
  WHERE c.first_sale_on IS NULL OR e.created_on <= c.first_sale_on
  GROUP BY CASE WHEN c.customer_id IS NULL THEN 'unknown' WHEN r.is_counted THEN 'referred' ELSE 'other' END
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.deal_source,
  s.position,
  coalesce(a.deals, 0) AS deals,
  coalesce(a.won, 0) AS won,
  coalesce(a.deals - a.won, 0) AS lost,
  CAST(a.won AS DOUBLE) / NULLIF(a.deals, 0) AS win_rate,
  coalesce(a.deals, 0) < r.min_units AS is_small_sample
FROM sources s
CROSS JOIN rule r
LEFT JOIN acc a ON a.deal_source = s.deal_source
