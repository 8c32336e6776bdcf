-- The score of each customer on each day of scores.days: the exact sum of its lines in scores.ledgers, and how many of the rules
-- it was judged by. A customer without any line has zero.
--
-- grain: scored_on, customer_id
-- total: sum(score) = (select coalesce(sum(points), 0) from scores.ledgers)
-- check: score = attribute_points + behaviour_points + order_points + device_points
-- check: rules_known <= rules_all
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: score count "Score"
-- column: attribute_points count "From attributes"
-- column: behaviour_points count "From behaviour"
-- column: order_points count "From orders"
-- column: device_points count "From devices"
-- column: band text "Band"
-- column: position count "Position of the band from the top"
-- column: rules_known count "Rules with evidence"
-- column: rules_all count "Rules"
WITH rules AS (
  SELECT d.scored_on, count(DISTINCT r.rule_id) AS rules_all
  FROM scores.days d
  JOIN rules.score_rules r
    ON (r.valid_from IS NULL OR r.valid_from <= d.scored_on) AND (r.valid_to IS NULL OR r.valid_to > d.scored_on)
  GROUP BY d.scored_on
),
known AS (
  SELECT e.scored_on, e.customer_id, count(*) AS rules_known
  FROM scores.evidence e
  JOIN (
    SELECT DISTINCT d.scored_on, r.rule_id
    FROM scores.days d
    JOIN rules.score_rules r
      ON (r.valid_from IS NULL OR r.valid_from <= d.scored_on) AND (r.valid_to IS NULL OR r.valid_to > d.scored_on)
  ) r ON r.scored_on = e.scored_on AND r.rule_id = e.rule_id
  GROUP BY e.scored_on, e.customer_id
),
sums AS (
  SELECT
    scored_on,
    customer_id,
    sum(points) AS score,
    sum(CASE WHEN dimension = 'attribute' THEN points END) AS attribute_points,
    sum(CASE WHEN dimension = 'behaviour' THEN points END) AS behaviour_points,
    sum(CASE WHEN dimension = 'order' THEN points END) AS order_points,
    sum(CASE WHEN dimension = 'device' THEN points END) AS device_points
  FROM scores.ledgers
  GROUP BY scored_on, customer_id
),
scored AS (
  SELECT
    p.scored_on,
    p.customer_id,
    coalesce(s.score, 0) AS score,
    coalesce(s.attribute_points, 0) AS attribute_points,
    coalesce(s.behaviour_points, 0) AS behaviour_points,
    coalesce(s.order_points, 0) AS order_points,
    coalesce(s.device_points, 0) AS device_points,
    coalesce(k.rules_known, 0) AS rules_known,
    a.rules_all
  FROM scores.population p
  JOIN rules a ON a.scored_on = p.scored_on
  LEFT JOIN sums s ON s.scored_on = p.scored_on AND s.customer_id = p.customer_id
  LEFT JOIN known k ON k.scored_on = p.scored_on AND k.customer_id = p.customer_id
),
bands AS (
  SELECT d.scored_on, b.band, b.position, b.from_points, lag(b.from_points) OVER (PARTITION BY d.scored_on ORDER BY b.position) AS below_points
  FROM scores.days d
  JOIN rules.score_bands b
    ON (b.valid_from IS NULL OR b.valid_from <= d.scored_on) AND (b.valid_to IS NULL OR b.valid_to > d.scored_on)
)
SELECT
  s.scored_on,
  s.customer_id,
  s.score,
  s.attribute_points,
  s.behaviour_points,
  s.order_points,
  s.device_points,
  b.band,
  b.position,
  s.rules_known,
  s.rules_all
FROM scored s
LEFT JOIN bands b
  ON b.scored_on = s.scored_on
  AND (b.from_points IS NULL OR s.score >= b.from_points) AND (b.below_points IS NULL OR s.score < b.below_points)
