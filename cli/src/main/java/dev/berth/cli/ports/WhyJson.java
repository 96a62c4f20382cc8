package dev.berth.cli.ports;

import dev.berth.cli.command.JsonOutput;
import dev.berth.inspect.BindForecast;
import dev.berth.inspect.BindRequest;
import dev.berth.inspect.Cause;
import dev.berth.sys.SockAddr;

import tools.jackson.core.JsonGenerator;

import java.util.Optional;

/// `berth why --json`: schema 1. `note` says why `certain` is false; `traffic` says who gets what
/// if the bind succeeds alongside other sockets.
final class WhyJson {
    private static final int SCHEMA = 1;

    private final JsonGenerator json;
    private final WhoJson who;

    private WhyJson(JsonGenerator json) {
        this.json = json;
        this.who = new WhoJson(json);
    }

    static String of(BindForecast forecast) {
        return JsonOutput.object(json -> new WhyJson(json).write(forecast));
    }

    private void write(BindForecast forecast) {
        json.writeNumberProperty("schema", SCHEMA);
        json.writeObjectPropertyStart("request");
        request(forecast.request());
        json.writeEndObject();
        json.writeStringProperty("bind", forecast.bindAnswer());
        JsonOutput.text(json, "listen", forecast.listenAnswer());
        json.writeBooleanProperty("certain", forecast.certain());
        JsonOutput.objects(json, "because", forecast.because(), this::cause);
        JsonOutput.strings(json, "fixes", forecast.fixes());
        JsonOutput.text(
                json,
                "note",
                forecast.certain()
                        ? Optional.empty()
                        : Optional.of(String.join("; ", forecast.uncertain())));
        JsonOutput.strings(json, "traffic", forecast.traffic());
    }

    private void request(BindRequest request) {
        json.writeStringProperty("address", request.address().toString());
        json.writeBooleanProperty("reuseaddr", request.reuseaddr());
        json.writeBooleanProperty("reuseport", request.reuseport());
        if (request.address().address() instanceof SockAddr.Inet6) {
            json.writeBooleanProperty("v6only", request.v6only());
        } else {
            json.writeNullProperty("v6only");
        }
        JsonOutput.text(json, "device", request.device());
        json.writeNumberProperty("uid", Integer.toUnsignedLong(request.uid()));
    }

    private void cause(Cause cause) {
        json.writeStringProperty("rule", cause.rule());
        json.writeStringProperty("sentence", cause.sentence());
        who.socket("socket", cause.socket());
    }
}
