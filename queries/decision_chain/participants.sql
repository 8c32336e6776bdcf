-- Do deals with more people end better? Deals that ended in the window by the number of people at the customer who were contacted
-- about the deal itself, by a person and up to its end. Bands are those of rules.participant_bands. A deal about which no contact
-- names a person is in the band of zero. More people also come with larger and longer deals: this is no proof of a cause.
--
-- grain: people
-- order: from_people
-- needs: staging.touches.person_id
-- needs: staging.touches.opportunity_id
-- check: deals = won + lost
-- total: sum(deals) = (select count(*) from decision_chain.deals where is_in_period and state <> 'open')
-- total: sum(won) = (select count(*) from decision_chain.deals where is_in_period and state = 'won')
-- column: people text "People contacted about the deal"
-- column: from_people count "From this many people"
-- column: deals count "Deals that ended"
-- column: won count "Won"
-- column: lost count "Lost"
-- column: win_rate ratio "Won of those that ended"
-- column: median_cycle_days days "Median days from first contact to won"
-- column: median_amount money "Median amount"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH bands AS (
  SELECT
    people,
    from_people,
    lead(from_people) OVER (ORDER BY from_people) AS below_people
  FROM rules.participant_bands
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
contacted AS (
  SELECT d.opportunity_id, count(DISTINCT t.person_id) AS n
  FROM decision_chain.deals d
  JOIN decision_chain.person_touches t ON t.opportunity_id = d.opportunity_id
  WHERE t.touched_on <= d.ended_on
  GROUP BY d.opportunity_id
),
ended AS (
  SELECT d.state, d.cycle_days, d.amount, coalesce(p.n, 0) AS n
  FROM decision_chain.deals d
  LEFT JOIN contacted p ON p.opportunity_id = d.opportunity_id
  WHERE d.is_in_period AND d.state <> 'open'
),
acc AS (
  -- One digit more than the values have, because the median of an even number lies between two of them.
  SELECT
    b.people,
    count(*) AS deals,
    count(CASE WHEN e.state = 'won' THEN 1 END) AS won,
    count(CASE WHEN e.state = 'lost' THEN 1 END) AS lost,
    median(CAST(e.cycle_days AS DECIMAL(20, 1))) AS median_cycle_days,
    median(CAST(e.amount AS DECIMAL(20, 5))) AS median_amount
  FROM ended e
  JOIN bands b ON e.n >= b.from_people AND (b.below_people IS NULL OR e.n < b.below_people)
  GROUP BY b.people
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  b.people,
  b.from_people,
  coalesce(a.deals, 0) AS deals,
  coalesce(a.won, 0) AS won,
  coalesce(a.lost, 0) AS lost,
  CAST(a.won AS DOUBLE) / NULLIF(a.deals, 0) AS win_rate,
  a.median_cycle_days,
  a.median_amount,
  coalesce(a.deals, 0) < r.min_units AS is_small_sample
FROM bands b
CROSS JOIN rule r
LEFT JOIN acc a ON a.people = b.people
