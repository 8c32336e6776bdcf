-- How far the tail serves itself over the whole window, against the least that is wanted (rules.tail_limits), and over both halves of
-- it, so that a turn within the window is seen. With an odd number of months the second half has one more. In one row.
--
-- grain: as_of
-- check: self_service <= activations
-- total: sum(activations) = (select sum(activations) from tail.self_service)
-- column: as_of date "As of"
-- column: activations count "Activated tail customers"
-- column: self_service count "Of these without help by people"
-- column: self_service_rate ratio "Self-service rate"
-- column: self_service_min ratio "Wanted at least"
-- column: second_from date "The second half begins on"
-- column: first_activations count "Activated in the first half"
-- column: first_self_service count "Of these without help by people"
-- column: first_rate ratio "Self-service rate of the first half"
-- column: second_activations count "Activated in the second half"
-- column: second_self_service count "Of these without help by people"
-- column: second_rate ratio "Self-service rate of the second half"
-- column: n_touches count "Contacts by people before activation"
-- column: n_tickets count "Tickets before activation"
-- column: touches_per_activation count "Contacts by people per activation"
-- column: is_low bool "Below what is wanted"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH middle AS (
  SELECT month_add(month_start($window_start), months_between($window_start, $window_end) / 2) AS second_from
),
acc AS (
  SELECT
    count(*) AS activations,
    coalesce(sum(CASE WHEN is_self_service THEN 1 ELSE 0 END), 0) AS self_service,
    coalesce(sum(CASE WHEN a.activated_on < m.second_from THEN 1 ELSE 0 END), 0) AS first_activations,
    coalesce(sum(CASE WHEN a.activated_on < m.second_from AND a.is_self_service THEN 1 ELSE 0 END), 0) AS first_self_service,
    coalesce(sum(CASE WHEN a.activated_on >= m.second_from THEN 1 ELSE 0 END), 0) AS second_activations,
    coalesce(sum(CASE WHEN a.activated_on >= m.second_from AND a.is_self_service THEN 1 ELSE 0 END), 0) AS second_self_service,
    coalesce(sum(n_touches), 0) AS n_touches,
    coalesce(sum(n_tickets), 0) AS n_tickets
  FROM tail.activations a
  CROSS JOIN middle m
),
rule AS (
  SELECT l.self_service_min, s.min_units
  FROM rules.tail_limits l
  CROSS JOIN rules.small_samples s
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  a.activations,
  a.self_service,
  CAST(a.self_service AS DOUBLE) / NULLIF(a.activations, 0) AS self_service_rate,
  CAST(r.self_service_min AS DOUBLE) AS self_service_min,
  m.second_from,
  a.first_activations,
  a.first_self_service,
  CAST(a.first_self_service AS DOUBLE) / NULLIF(a.first_activations, 0) AS first_rate,
  a.second_activations,
  a.second_self_service,
  CAST(a.second_self_service AS DOUBLE) / NULLIF(a.second_activations, 0) AS second_rate,
  a.n_touches,
  a.n_tickets,
  CAST(a.n_touches AS DOUBLE) / NULLIF(a.activations, 0) AS touches_per_activation,
  CASE WHEN a.activations > 0 THEN a.self_service < r.self_service_min * a.activations END AS is_low,
  a.activations < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN middle m
CROSS JOIN rule r
