package dev.berth.cli.lab;

import dev.berth.cli.command.JsonOutput;
import dev.berth.lab.ReplayAnswer;
import dev.berth.lab.ReplayAnswer.StepAnswer;

import tools.jackson.core.JsonGenerator;

import java.util.Optional;

/// `berth lab replay --json`: one line per answer. `kernel` is absent if the kernel was not asked;
/// a line that could not be run has `error` instead of `steps`.
final class ReplayJson {
    private ReplayJson() {}

    static String of(ReplayAnswer answer) {
        if (answer.failure().isPresent()) {
            return error(Optional.of(answer.history().id()), answer.failure().get());
        }
        return JsonOutput.object(
                json -> {
                    json.writeStringProperty("id", answer.history().id());
                    JsonOutput.objects(json, "steps", answer.steps(), step -> write(json, step));
                });
    }

    static String error(Optional<String> id, String problem) {
        return JsonOutput.object(
                json -> {
                    if (id.isPresent()) {
                        json.writeStringProperty("id", id.get());
                    } else {
                        json.writeNullProperty("id");
                    }
                    json.writeStringProperty("error", problem);
                });
    }

    private static void write(JsonGenerator json, StepAnswer step) {
        json.writeStringProperty("op", HistoryWriter.op(step.step()));
        if (step.predicted().isPresent()) {
            json.writeStringProperty("predicted", step.predicted().get());
        } else {
            json.writeNullProperty("predicted");
        }
        step.kernel().ifPresent(answer -> json.writeStringProperty("kernel", answer));
    }
}
