-- Does it pay to reach the decider soon? Deals that ended in the window, in four groups of about the same size by the days to the
-- decider, the soonest first. Equal days are never torn apart, so groups can differ in size and one can be empty. Beside them stand
-- deals that ended without having reached the decider, and those of which it is not known.
--
-- grain: quartile
-- order: place
-- check: deals = won + lost
-- check: days_from <= days_to
-- total: sum(deals) = (select count(*) from decision_chain.deals where is_in_period and state <> 'open')
-- total: sum(won) = (select count(*) from decision_chain.deals where is_in_period and state = 'won')
-- column: quartile text "Days to the decider"
-- column: place count "Place"
-- column: deals count "Deals that ended"
-- column: won count "Won"
-- column: lost count "Lost"
-- column: win_rate ratio "Won of those that ended"
-- column: days_from days "Days to the decider, from"
-- column: days_to days "Days to the decider, to"
-- column: median_cycle_days days "Median days from first contact to won"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH groups AS (
  SELECT *
  FROM (VALUES ('first', 1), ('second', 2), ('third', 3), ('last', 4), ('not_reached', 5), ('unknown', 6)) AS g (quartile, place)
),
ended AS (
  SELECT
    state,
    decider_state,
    days_to_decider,
    cycle_days,
    CASE
      WHEN decider_state = 'reached' THEN
        -- Whole numbers throughout, so that the division drops what is left over.
        1 + 4 * CAST(rank() OVER (PARTITION BY decider_state ORDER BY days_to_decider) - 1 AS BIGINT)
          / CAST(count(*) OVER (PARTITION BY decider_state) AS BIGINT)
      WHEN decider_state = 'not_reached' THEN 5
      ELSE 6
    END AS place
  FROM decision_chain.decider_times
  WHERE is_in_period AND state <> 'open'
),
acc AS (
  -- One digit after the point, because the median of an even number lies between two of them.
  SELECT
    place,
    count(*) AS deals,
    count(CASE WHEN state = 'won' THEN 1 END) AS won,
    count(CASE WHEN state = 'lost' THEN 1 END) AS lost,
    min(days_to_decider) AS days_from,
    max(days_to_decider) AS days_to,
    median(CAST(cycle_days AS DECIMAL(20, 1))) AS median_cycle_days
  FROM ended
  GROUP BY place
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  g.quartile,
  g.place,
  coalesce(a.deals, 0) AS deals,
  coalesce(a.won, 0) AS won,
  coalesce(a.lost, 0) AS lost,
  CAST(a.won AS DOUBLE) / NULLIF(a.deals, 0) AS win_rate,
  a.days_from,
  a.days_to,
  a.median_cycle_days,
  coalesce(a.deals, 0) < r.min_units AS is_small_sample
FROM groups g
CROSS JOIN rule r
LEFT JOIN acc a ON a.place = g.place
