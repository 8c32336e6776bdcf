-- What movers bring within 12, 24 and 36 months (rules.pay_off_horizons): deals created at their new customers, and final revenue there,
-- before the day so many months after the move. A move is mature once all these months are over; the share with a deal is that of mature
-- moves alone, and younger ones never count as moves that brought nothing. Deals are empty when no table has any.
--
-- grain: horizon_months
-- empty_if_missing: acquisition.mover_deals, staging.opportunities
-- check: mature_moves <= moves
-- check: mature_moves_with_deal <= mature_moves
-- check: won <= deals
-- column: horizon_months count "Months since the move"
-- column: moves count "Moves"
-- column: mature_moves count "Of these so long ago"
-- column: deals count "Deals within these months"
-- column: won count "Of these won"
-- column: open count "Of these open"
-- column: deal_amount money "Amount of these deals"
-- column: won_amount money "Amount of those won"
-- column: mature_moves_with_deal count "Moves so long ago with a deal"
-- column: deal_share ratio "Share of moves so long ago with a deal"
-- column: revenue money "Final revenue within these months"
-- column: mature_revenue money "Of this after moves so long ago"
-- column: is_small_sample bool "Too few moves so long ago for a share to mean much"
WITH rule AS (
  SELECT h.horizon_months, s.min_units
  FROM rules.pay_off_horizons h
  CROSS JOIN rules.small_samples s
  WHERE (h.valid_from IS NULL OR h.valid_from <= $as_of) AND (h.valid_to IS NULL OR h.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
known AS (
  SELECT count(*) > 0 AS has_deals FROM staging.opportunities
),
moved AS (
  SELECT r.horizon_months, count(*) AS moves, count(CASE WHEN m.months_since >= r.horizon_months THEN 1 END) AS mature_moves
  FROM acquisition.moves m
  CROSS JOIN rule r
  WHERE m.move_state = 'mover'
  GROUP BY r.horizon_months
),
dealt AS (
  SELECT
    r.horizon_months,
    count(*) AS deals,
    count(CASE WHEN d.state = 'won' THEN 1 END) AS won,
    count(CASE WHEN d.state = 'open' THEN 1 END) AS open,
    sum(d.amount) AS deal_amount,
    sum(CASE WHEN d.state = 'won' THEN d.amount END) AS won_amount,
    count(DISTINCT CASE WHEN m.months_since >= r.horizon_months THEN concat(m.person_id, ' ', m.to_customer_id, ' ', m.moved_on) END) AS with_deal
  FROM acquisition.mover_deals d
  CROSS JOIN rule r
  JOIN acquisition.moves m ON m.person_id = d.person_id AND m.to_customer_id = d.customer_id AND m.moved_on = d.moved_on
  WHERE d.created_on < month_add(d.moved_on, r.horizon_months)
  GROUP BY r.horizon_months
),
sold AS (
  SELECT
    r.horizon_months,
    sum(s.revenue) AS revenue,
    sum(CASE WHEN m.months_since >= r.horizon_months THEN s.revenue END) AS mature_revenue
  FROM acquisition.mover_sales s
  CROSS JOIN rule r
  JOIN acquisition.moves m ON m.person_id = s.person_id AND m.to_customer_id = s.customer_id AND m.moved_on = s.moved_on
  WHERE s.months_since < r.horizon_months
  GROUP BY r.horizon_months
)
SELECT
  r.horizon_months,
  coalesce(m.moves, 0) AS moves,
  coalesce(m.mature_moves, 0) AS mature_moves,
  CASE WHEN k.has_deals THEN coalesce(d.deals, 0) END AS deals,
  CASE WHEN k.has_deals THEN coalesce(d.won, 0) END AS won,
  CASE WHEN k.has_deals THEN coalesce(d.open, 0) END AS open,
  CASE WHEN k.has_deals THEN coalesce(d.deal_amount, 0) END AS deal_amount,
  CASE WHEN k.has_deals THEN coalesce(d.won_amount, 0) END AS won_amount,
  CASE WHEN k.has_deals THEN coalesce(d.with_deal, 0) END AS mature_moves_with_deal,
  CASE WHEN k.has_deals THEN CAST(coalesce(d.with_deal, 0) AS DOUBLE) / NULLIF(m.mature_moves, 0) END AS deal_share,
  coalesce(s.revenue, 0) AS revenue,
  coalesce(s.mature_revenue, 0) AS mature_revenue,
  coalesce(m.mature_moves, 0) < r.min_units AS is_small_sample
FROM rule r
CROSS JOIN known k
LEFT JOIN moved m ON m.horizon_months = r.horizon_months
LEFT JOIN dealt d ON d.horizon_months = r.horizon_months
LEFT JOIN sold s ON s.horizon_months = r.horizon_months
