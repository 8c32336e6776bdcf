use super::*;
use crate::reports::format::Lang;

/// Numbers that look random and are always the same (a linear congruential generator, constants by Knuth).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1_000_001)).expect("a small number")) / 1e6
    }

    fn value(&mut self) -> Option<f64> {
        let power = i32::try_from(self.below(10)).expect("a small number");
        let sign = if self.below(6) == 0 { -1.0 } else { 1.0 };
        (self.below(8) > 0).then(|| sign * self.share() * 10_f64.powi(power))
    }

    fn words(&mut self, lang: Lang) -> String {
        let (words, most) = match lang {
            Lang::Zh => ("最终收入按月客户分层维持重点一般来自的八成", 18),
            Lang::En => ("Weighted revenue from important & maintenance <customers>", 40),
        };
        let length = usize::try_from(self.below(most)).expect("a small number");
        words.chars().cycle().skip(length).take(length).collect()
    }

    fn slots(&mut self, lang: Lang) -> Vec<Slot> {
        let count = 1 + self.below(30);
        let slot = |index: u64| Slot {
            label: match lang {
                Lang::Zh => format!("{}月", index % 12 + 1),
                Lang::En => "Sep".to_owned(),
            },
            group: (2024 + index / 12).to_string(),
            partial: index + 1 == count,
        };
        (0..count).map(slot).collect()
    }

    fn values(&mut self, count: usize) -> Vec<Option<f64>> {
        (0..count).map(|_| self.value()).collect()
    }

    fn line(&mut self, lang: Lang, count: usize) -> Line {
        Line {
            name: self.words(lang),
            values: self.values(count),
            last_label: "CN¥1,234.5K".to_owned(),
            labels: vec!["1<2".to_owned(); count],
        }
    }

    fn unit(&mut self) -> Unit {
        match self.below(3) {
            0 => Unit::Money("CNY".to_owned()),
            1 => Unit::Count,
            _ => Unit::Ratio,
        }
    }

    fn charts(&mut self, lang: Lang) -> Vec<Chart> {
        let slots = self.slots(lang);
        let count = slots.len();
        vec![
            self.pareto(lang),
            Chart::StackedBars(StackedBars {
                series: [Tint::Key, Tint::General, Tint::Unrated]
                    .map(|tint| Series {
                        name: self.words(lang),
                        tint,
                        values: self.values(count),
                        labels: Vec::new(),
                        inside: vec!["52%".to_owned(); count],
                    })
                    .into(),
                totals: vec![12_345_000.0; count],
                slots: slots.clone(),
                partial_note: self.words(lang),
                y_title: self.words(lang),
                unit: self.unit(),
                lang,
            }),
            Chart::LineCompare(LineCompare {
                slots,
                current: self.line(lang, count),
                previous: (self.below(2) > 0).then(|| self.line(lang, count)),
                partial_note: self.words(lang),
                baseline: if self.below(2) > 0 { Baseline::Zero } else { Baseline::Data },
                y_title: self.words(lang),
                unit: self.unit(),
                lang,
            }),
            self.triangle(lang),
            self.lorenz(lang),
            self.survival(lang),
            self.funnel(lang),
            self.migration(lang),
            self.waterfall(lang),
        ]
    }

    fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(u64::try_from(end).expect("a small number"))).expect("a small number")
    }

    fn label(&mut self) -> String {
        ["0", "-1,234.5万", "CN¥1,234.5K", "+¥12.3", "1<2"][self.index(5)].to_owned()
    }

    fn lorenz(&mut self, lang: Lang) -> Chart {
        let Chart::Pareto(pareto) = self.pareto(lang) else { unreachable!() };
        let curve = |name: String| LorenzCurve { name, points: pareto.points.clone() };
        let count = self.below(4);
        let mark = pareto.mark.clone();
        Chart::Lorenz(Lorenz {
            curves: (0..count).map(|_| curve(self.words(lang))).collect(),
            mark,
            x_title: self.words(lang),
            y_title: self.words(lang),
            equality_label: self.words(lang),
            lang,
        })
    }

    fn survival(&mut self, lang: Lang) -> Chart {
        let count = 1 + self.index(61);
        let mut share = 1.0;
        let point = |age: usize| {
            share *= 1.0 - self.share() * 0.1;
            SurvivalPoint {
                age: age.to_string(),
                share,
                band: (age % 7 < 6).then_some((share - 0.1, share + 0.1)),
                at_risk: (12_345 - age * 7).to_string(),
                is_small: age > 40,
            }
        };
        let points: Vec<SurvivalPoint> = (0..count).map(point).collect();
        Chart::Survival(Survival {
            mark: (self.below(2) > 0).then(|| (self.index(count + 1), self.words(lang))),
            points,
            x_title: self.words(lang),
            y_title: self.words(lang),
            risk_title: self.words(lang),
            band_note: self.words(lang),
            small_note: self.words(lang),
            lang,
        })
    }

    fn funnel(&mut self, lang: Lang) -> Chart {
        let count = 1 + self.below(7);
        let stage = |_| Stage {
            name: self.words(lang),
            value: self.value().unwrap_or(0.0),
            label: self.label(),
            rate: self.words(lang),
        };
        Chart::Funnel(Funnel { stages: (0..count).map(stage).collect() })
    }

    fn migration(&mut self, lang: Lang) -> Chart {
        let (left, right) = (1 + self.index(6), 1 + self.index(6));
        let mut ends = |count: usize| -> Vec<TierEnd> {
            (0..count)
                .map(|_| TierEnd { name: self.words(lang), tint: Tint::General, label: self.label() })
                .collect()
        };
        let (before, after) = (ends(left), ends(right));
        let ways = [Direction::Stayed, Direction::Up, Direction::Down, Direction::Beyond];
        let mut moves = Vec::new();
        for from in 0..left {
            for to in 0..right {
                let value = self.value().unwrap_or(0.0);
                moves.push(Move { from, to, value, label: self.label(), direction: ways[self.index(4)] });
            }
        }
        Chart::Migration(Migration {
            before_title: self.words(lang),
            after_title: self.words(lang),
            before,
            after,
            moves,
            words: ways.map(|way| (way, self.words(lang))).into(),
        })
    }

    fn waterfall(&mut self, lang: Lang) -> Chart {
        let start = self.value().unwrap_or(0.0);
        let size = if self.below(2) > 0 { start.abs() * 0.02 } else { 1.0 };
        let mut end = start;
        let mut groups = Vec::new();
        for _ in 0..self.below(4) {
            let mut steps = Vec::new();
            for _ in 0..self.below(6) {
                let value = (self.share() - 0.5) * size;
                end += value;
                steps.push(Step { name: self.words(lang), value, label: self.label() });
            }
            groups.push(StepGroup { title: self.words(lang), steps });
        }
        Chart::Waterfall(Waterfall {
            start: Step { name: self.words(lang), value: start, label: self.label() },
            groups,
            end: Step { name: self.words(lang), value: end, label: self.label() },
            title: self.words(lang),
            cut_note: self.words(lang),
            unit: self.unit(),
            lang,
        })
    }

    fn pareto(&mut self, lang: Lang) -> Chart {
        let count = 1 + self.below(300);
        let mut rising = || {
            let mut shares: Vec<f64> = (0..count).map(|_| self.share()).collect();
            shares.sort_by(f64::total_cmp);
            shares
        };
        let points: Vec<(f64, f64)> = rising().into_iter().zip(rising()).collect();
        Chart::Pareto(Pareto {
            mark: points.last().map(|(x, y)| CurveMark { x: *x, y: *y, label: self.words(lang) }),
            points,
            target: 0.8,
            x_title: self.words(lang),
            y_title: self.words(lang),
            equality_label: self.words(lang),
            lang,
        })
    }

    fn triangle(&mut self, lang: Lang) -> Chart {
        let size = usize::try_from(1 + self.below(24)).expect("a small number");
        let cohorts = (0..size).map(|row| Cohort {
            label: format!("2025-{row:02}"),
            size: (self.below(5000)).to_string(),
            cells: (0..size - row)
                .map(|column| {
                    Some(TriangleCell { ratio: self.share(), label: "100%".to_owned(), partial: column > 3 })
                })
                .collect(),
        });
        Chart::RetentionTriangle(RetentionTriangle {
            cohorts: cohorts.collect(),
            average: None,
            columns: (0..size).map(|column| column.to_string()).collect(),
            cohort_title: self.words(lang),
            size_title: self.words(lang),
            column_title: self.words(lang),
            partial_note: self.words(lang),
            lang,
        })
    }
}

#[test]
fn texts_stay_on_the_canvas_and_apart() {
    let mut dice = Dice(7);
    for round in 0..60 {
        for lang in [Lang::Zh, Lang::En] {
            for chart in dice.charts(lang) {
                for width in [Width::Wide, Width::Narrow] {
                    let Some(scene) = chart.scene(width) else {
                        continue;
                    };
                    for text in scene.text_boxes() {
                        let (right, bottom) = (text.x + text.width, text.y + text.height);
                        let fits = text.x >= -0.1
                            && text.y >= -0.1
                            && right <= scene.width + 0.1
                            && bottom <= scene.height + 0.1;
                        assert!(fits, "round {round}: {text:?} outside {:?} of {chart:?}", scene.size());
                    }
                    assert_apart(&scene, &format!("round {round}: {chart:?}"));
                    let svg = chart.svg(&CAPTION, width, Mode::Themed).expect("a chart");
                    assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
                }
            }
        }
    }
}

fn assert_apart(scene: &Scene, context: &str) {
    let boxes = scene.text_boxes();
    for (index, left) in boxes.iter().enumerate() {
        for right in &boxes[index + 1..] {
            assert!(!left.overlaps(right), "{left:?} over {right:?} in {context}");
        }
    }
}

const CAPTION: Caption<'_> = Caption { id: "a \"b\"", title: "<b>&\u{1}", description: "]]>'" };

#[test]
fn the_same_chart_gives_the_same_escaped_bytes() {
    for mode in [Mode::Themed, Mode::Resolved] {
        for chart in 0..9 {
            let draw = || Dice(11).charts(Lang::En)[chart].svg(&CAPTION, Width::Narrow, mode);
            let svg = draw().expect("a chart");
            assert_eq!(Some(&svg), draw().as_ref());
            assert!(svg.contains("<title id=\"a--b--n-t\">&lt;b&gt;&amp;\u{fffd}</title>"), "{svg}");
            assert!(svg.contains("]]&gt;&#39;</desc>") && !svg.contains("<customers>"));
            assert_eq!(svg.contains("var(") || svg.contains("class=\"f-"), mode == Mode::Themed);
        }
    }
}

#[test]
fn nothing_to_draw_is_none() {
    let spark = |values: &[Option<f64>]| {
        let values = values.to_vec();
        Chart::Sparkline(Sparkline { values, is_last_partial: true }).scene(Width::Wide)
    };
    assert!(spark(&[]).is_none() && spark(&[None, Some(f64::NAN)]).is_none());
    assert!(spark(&[Some(1.0)]).is_some());
    let bar =
        |value, high| Chart::BarCell(BarCell { value, low: 0.0, high, tint: Tint::Key }).scene(Width::Wide);
    assert!(bar(f64::NAN, 1.0).is_none() && bar(0.0, 0.0).is_some() && bar(-2.0, 1.0).is_some());
    let Chart::Pareto(mut pareto) = Dice(1).pareto(Lang::Zh) else { unreachable!() };
    pareto.points = vec![(1.0, 1.0)];
    assert!(pareto.scene(Width::Wide).is_some(), "one customer");
    pareto.points = vec![(f64::NAN, 1.0)];
    assert!(pareto.scene(Width::Wide).is_none());
    let Chart::Survival(mut survival) = Dice(1).survival(Lang::Zh) else { unreachable!() };
    survival.points.truncate(1);
    assert!(survival.scene(Width::Narrow).is_some(), "one age");
    survival.points.clear();
    assert!(survival.scene(Width::Narrow).is_none());
    assert!(Funnel::default().scene(Width::Wide).is_none());
    assert!(Migration::default().scene(Width::Wide).is_none(), "nobody moved");
}

fn texts(chart: &Chart, width: Width) -> Vec<String> {
    let boxes = chart.scene(width).expect("a chart").text_boxes();
    boxes.into_iter().map(|text| text.text).collect()
}

#[test]
fn a_funnel_says_each_stage_and_its_rate() {
    let stage = |name: &str, value: f64, rate: &str| Stage {
        name: name.to_owned(),
        value,
        label: format!("{value}"),
        rate: rate.to_owned(),
    };
    let funnel = Chart::Funnel(Funnel {
        stages: vec![
            stage("Leads", 400.0, ""),
            stage("Offers", 100.0, "25% of the stage before"),
            stage("Won", 0.0, "0%"),
        ],
    });
    for width in [Width::Wide, Width::Narrow] {
        let texts = texts(&funnel, width);
        for wanted in ["Leads", "400", "Offers", "25% of the stage before", "Won", "0"] {
            assert!(texts.iter().any(|text| text == wanted), "{wanted} in {texts:?}");
        }
    }
}

#[test]
fn an_axis_that_is_cut_says_so() {
    let step = |name: &str, value: f64| Step { name: name.to_owned(), value, label: format!("{value}") };
    let mut waterfall = Waterfall {
        start: step("before", 10_000.0),
        groups: vec![StepGroup {
            title: String::new(),
            steps: vec![step("up", 300.0), step("down", -100.0)],
        }],
        end: step("after", 10_200.0),
        title: "ARPU".to_owned(),
        cut_note: "not from zero".to_owned(),
        unit: Unit::Count,
        lang: Lang::En,
    };
    let has_note = |waterfall: &Waterfall| {
        texts(&Chart::Waterfall(waterfall.clone()), Width::Wide).iter().any(|text| text == "not from zero")
    };
    assert!(has_note(&waterfall));
    waterfall.groups[0].steps[1].value = -9_000.0;
    waterfall.end.value = 1_300.0;
    assert!(!has_note(&waterfall));
}
