package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Policy;
import dev.berth.supervise.contract.Request;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

class ControlRequestJsonTest {
    private static final String PREFIX = "{\"protocol\":2,\"command\":";

    private static ControlRequest sent(ControlRequest request) throws CommandRefusedException {
        return ControlRequestJson.read(ControlRequestJson.write(request));
    }

    @Test
    void requestsSurviveTheTransfer() throws Exception {
        var words = Optional.of(new Command(List.of("new", "", "--json", "grün €\n")));
        var roll =
                new Request.Roll(
                        words, Map.of("TOKEN", "secret=1", "B", ""), OptionalInt.of(2), true);
        List<Request> changes =
                List.of(
                        roll,
                        new Request.Roll(Optional.empty()),
                        new Request.Scale(3),
                        new Request.ScaleBy(-1),
                        new Request.Steer(Policy.parse("weighted:1=5%,0=2")),
                        new Request.Shed(true),
                        new Request.Shed(false),
                        new Request.Drain(0),
                        new Request.Undrain(0),
                        new Request.Stop());
        for (Request change : changes) {
            var request = new ControlRequest.Change(change);
            assertThat(sent(request)).isEqualTo(request);
        }
        var status = new ControlRequest.ShowStatus(false, OptionalInt.of(40), true);
        assertThat(sent(status)).isEqualTo(status);
        assertThat(sent(ControlRequest.ShowStatus.data()))
                .isEqualTo(ControlRequest.ShowStatus.data());
    }

    @Test
    void everyPolicySurvivesTheTransfer() throws Exception {
        for (Policy policy :
                Stream.concat(Policy.examples().stream(), Policy.ofDispatcher().stream())
                        .toList()) {
            var steer = new ControlRequest.Change(new Request.Steer(policy));
            assertThat(sent(steer)).isEqualTo(steer);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"}",
                "\"fly\"}",
                "\"scale\"}",
                "\"scale\",\"workers\":\"3\"}",
                "\"scale\",\"workers\":0}",
                "\"scale\",\"workers\":1000000}",
                "\"scale\",\"workers\":3000000000}",
                "\"scale\",\"workers\":1.5}",
                "\"scale\",\"workers\":1,\"workers\":2}",
                "\"scale\",\"workers\":1,\"more\":2}",
                "\"drain\",\"slot\":-1}",
                "\"drain\",\"slot\":null}",
                "\"stop\",\"now\":true}",
                "\"stop\"}{}",
                "\"stop\"",
                "\"stop\",\"x\":[[]]}",
                "\"steer\"}",
                "\"steer\",\"policy\":\"x\"}",
                "\"steer\",\"policy\":\"weighted:1=101%\"}",
                "\"roll\",\"environment\":{\"A=\":\"\"},\"new_addresses\":false}",
                "\"roll\",\"environment\":{\"\":\"\"},\"new_addresses\":false}",
                "\"roll\",\"environment\":{\"A\":1},\"new_addresses\":false}",
                "\"roll\",\"environment\":{},\"new_addresses\":false,\"words\":[]}",
                "\"roll\",\"environment\":{},\"new_addresses\":false,\"words\":[\"\\u0000\"]}"
            })
    void unknownRequestsAreRefused(String rest) {
        assertThatThrownBy(() -> ControlRequestJson.read(PREFIX + rest))
                .isInstanceOfSatisfying(
                        CommandRefusedException.class,
                        refused -> assertThat(refused.exitCode()).isEqualTo(2))
                .hasMessageMatching(".+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{}", "[]", "{\"command\":\"stop\"}", "stop\0", "{\"protocol\""})
    void aRequestWithoutAProtocolIsRefused(String text) {
        assertThatThrownBy(() -> ControlRequestJson.read(text))
                .isInstanceOf(CommandRefusedException.class)
                .hasMessageMatching(".*control protocol.*");
    }
}
