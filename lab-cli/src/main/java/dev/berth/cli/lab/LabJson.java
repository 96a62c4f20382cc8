package dev.berth.cli.lab;

import dev.berth.cli.command.JsonOutput;
import dev.berth.lab.Expectations;
import dev.berth.lab.Scenario;
import dev.berth.lab.ScenarioResult;

import tools.jackson.core.JsonGenerator;

import java.util.List;

/// `berth lab --json`: schema 1. `reason` is null if the claim simply holds.
final class LabJson {
    private static final int SCHEMA = 1;

    private LabJson() {}

    static String of(List<ScenarioResult> results) {
        return JsonOutput.object(
                json -> {
                    json.writeNumberProperty("schema", SCHEMA);
                    json.writeStringProperty("kernel", Expectations.here().release());
                    JsonOutput.objects(json, "scenarios", results, result -> write(json, result));
                });
    }

    /// `berth lab --list --json`.
    static String list(List<Scenario> scenarios) {
        return JsonOutput.object(
                json -> {
                    json.writeNumberProperty("schema", SCHEMA);
                    JsonOutput.objects(json, "scenarios", scenarios, one -> write(json, one));
                });
    }

    private static void write(JsonGenerator json, Scenario scenario) {
        json.writeStringProperty("name", scenario.name());
        json.writeStringProperty("claim", scenario.claim());
        json.writeStringProperty("source", scenario.source());
    }

    private static void write(JsonGenerator json, ScenarioResult result) {
        json.writeStringProperty("name", result.name());
        json.writeStringProperty("claim", result.claim());
        json.writeStringProperty("verdict", result.verdict().text());
        JsonOutput.strings(json, "evidence", result.evidence());
        if (result.reason().isPresent()) {
            json.writeStringProperty("reason", result.reason().get());
        } else {
            json.writeNullProperty("reason");
        }
    }
}
