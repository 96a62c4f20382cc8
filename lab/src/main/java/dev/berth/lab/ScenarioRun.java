package dev.berth.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One run of one scenario: carries out its steps, compares their outcomes with the expectations,
/// and determines the verdict.
final class ScenarioRun {
    private static final Pattern PLACE = Pattern.compile("\\{([\\w.:-]+)}");

    private final Scenario scenario;
    private final StepRunner runner;
    private final Map<String, StepResult> named = new HashMap<>();
    private final List<String> evidence = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<String> against = new ArrayList<>();
    private int claims;

    ScenarioRun(Scenario scenario, StepRunner runner) {
        this.scenario = scenario;
        this.runner = runner;
    }

    ScenarioResult run(ScenarioEnvironment environment) throws IOException {
        for (ScenarioStep step : scenario.steps()) {
            StepResult answer = runner.perform(environment, step);
            trace.add("line " + step.line() + ": " + step.text() + " -> " + text(answer));
            remember(step, answer);
            Optional<String> problem = problem(step, answer);
            if (step.claim()) {
                claims++;
                problem.ifPresent(text -> against.add(step.text() + ": " + text));
            } else if (problem.isPresent()) {
                String why = "set-up, line " + step.line() + ": " + step.text();
                return ScenarioResult.broken(scenario, trace, why + ": " + problem.get());
            }
            note(step, answer, problem);
        }
        return new ScenarioResult(
                scenario.name(),
                scenario.claim(),
                verdict(),
                evidence,
                against.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", against)),
                measurements,
                false);
    }

    private Verdict verdict() {
        if (against.isEmpty()) {
            return Verdict.HOLDS;
        }
        return against.size() == claims ? Verdict.FAILS : Verdict.PARTLY;
    }

    private void remember(ScenarioStep step, StepResult answer) {
        if (!step.name().isEmpty()) {
            named.put(step.name(), answer);
            measurements.add(new Measurement(step.name(), answer.figures(), answer.counts()));
        }
    }

    private Optional<String> problem(ScenarioStep step, StepResult answer) {
        if (step.expect().isEmpty()) {
            return answer.failed() ? Optional.of("got " + text(answer)) : Optional.empty();
        }
        for (Expectation expectation : step.expect()) {
            Optional<String> problem =
                    expectation.problem(answer.result(), name -> figure(name, answer));
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    /// A number of this answer, or, with a step's name in front, of an earlier answer.
    private Optional<Double> figure(String name, StepResult answer) {
        Optional<Double> own = own(name, answer);
        int dot = name.indexOf('.');
        if (own.isPresent() || dot < 0) {
            return own;
        }
        return Optional.ofNullable(named.get(name.substring(0, dot)))
                .flatMap(earlier -> own(name.substring(dot + 1), earlier));
    }

    private static Optional<Double> own(String name, StepResult answer) {
        Optional<Double> figure = Optional.ofNullable(answer.figures().get(name));
        return figure.or(
                () -> Optional.ofNullable(answer.counts().get(name)).map(Integer::doubleValue));
    }

    private void note(ScenarioStep step, StepResult answer, Optional<String> problem) {
        if (step.say().isEmpty() && !step.claim()) {
            return;
        }
        String text =
                step.say()
                        .map(sentence -> filled(sentence, answer))
                        .orElseGet(() -> step.text() + " -> " + text(answer));
        evidence.add(problem.map(wrong -> text + " (" + wrong + ")").orElse(text));
    }

    private String filled(String sentence, StepResult answer) {
        Matcher matcher = PLACE.matcher(sentence);
        return matcher.replaceAll(
                found -> Matcher.quoteReplacement(value(found.group(1), found.group(), answer)));
    }

    private String value(String name, String otherwise, StepResult answer) {
        if (name.equals("result")) {
            return answer.result();
        }
        if (name.equals("counts")) {
            return counts(answer);
        }
        return figure(name, answer).map(Expectation::number).orElse(otherwise);
    }

    private static String text(StepResult answer) {
        List<String> words = new ArrayList<>(List.of(answer.result()));
        answer.figures()
                .forEach((name, value) -> words.add(name + " " + Expectation.number(value)));
        if (!answer.counts().isEmpty()) {
            words.add(counts(answer));
        }
        return String.join(", ", words);
    }

    private static String counts(StepResult answer) {
        List<String> words = new ArrayList<>();
        answer.counts().forEach((name, count) -> words.add(name + " " + count));
        return String.join(", ", words);
    }
}
