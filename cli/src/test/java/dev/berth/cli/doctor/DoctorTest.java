package dev.berth.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Capture;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

class DoctorTest {
    @Test
    void theDoctorFindsWhatTheseTestsNeed() {
        var run = new Capture("doctor", "--json");
        JsonNode answer = JsonMapper.shared().readTree(run.out());
        assertThat(answer.get("schema").asInt()).isEqualTo(1);
        assertThat(available(answer, "so-reuseport")).isTrue();
        assertThat(available(answer, "pidfd")).isTrue();
        assertThat(run.code).isEqualTo(answer.get("run").asBoolean() ? 0 : 1);
        assertThat(answer.get("capabilities")).hasSameSizeAs(DoctorChecks.all());
        for (JsonNode capability : answer.get("capabilities")) {
            assertThat(capability.has("advice"))
                    .isNotEqualTo(capability.get("available").asBoolean());
        }
    }

    private static boolean available(JsonNode answer, String name) {
        for (JsonNode capability : answer.get("capabilities")) {
            if (capability.get("name").asString().equals(name)) {
                return capability.get("available").asBoolean();
            }
        }
        throw new AssertionError("not examined: " + name);
    }

    @Test
    void aMissingFeatureHasItsReasonAndAdvice() {
        DoctorFinding finding =
                DoctorCheck.useful(
                                "x",
                                "Linux 9.9",
                                "flying",
                                "buy wings",
                                () -> {
                                    throw new IOException("too heavy");
                                })
                        .examine();
        assertThat(DoctorCommand.lines(List.of(finding), true, 100))
                .contains("no   x, since Linux 9.9: flying (too heavy)", "     -> buy wings");
    }

    @Test
    void aProbeThatThrowsAnythingMeansNo() {
        DoctorFinding finding =
                DoctorCheck.required(
                                "x",
                                "",
                                "",
                                "",
                                () -> {
                                    throw new LinkageError("no library");
                                })
                        .examine();
        assertThat(finding.available()).isFalse();
        assertThat(finding.detail()).isEqualTo("no library");
        assertThat(finding.advice()).isEqualTo(Optional.of(""));
    }

    @Test
    void probesLeaveTheProcessAsItWas() {
        new Capture("doctor");
        // The filters of the probes must not be on this thread: listen(2) works.
        assertThat(DoctorCheck.required("x", "", "", "", SocketProbes::reuseport).examine())
                .matches(DoctorFinding::available);
    }
}
