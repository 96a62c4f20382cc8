package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

class WhyTest {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, HERE);
    }

    private String address() {
        return "tcp://127.0.0.1:" + server.getLocalPort();
    }

    private static JsonNode json(Capture why) {
        assertThat(why.err()).isEmpty();
        assertThat(why.out()).endsWith("}\n").doesNotContain("\n{");
        return new ObjectMapper().readTree(why.out());
    }

    @Test
    void takenPortIsRefusedAndItsOwnerNamed() throws IOException {
        try (ServerSocket _ = server) {
            Capture why = new Capture("why", address());
            assertThat(why.code).isEqualTo(1);
            assertThat(why.out().lines().findFirst().orElseThrow())
                    .startsWith(address() + ": no, bind() would fail: EADDRINUSE");
            assertThat(why.out()).contains("pid " + ProcessHandle.current().pid());
            assertThat(why.out()).contains("What would help:\n  - ");
        }
    }

    @Test
    void jsonKeepsTheContract() throws IOException {
        try (ServerSocket _ = server) {
            Capture why = new Capture("why", address(), "--reuseaddr", "--json");
            assertThat(why.code).isEqualTo(1);
            JsonNode answer = json(why);
            assertThat(answer.propertyNames())
                    .startsWith(
                            "schema", "request", "bind", "listen", "certain", "because", "fixes");
            assertThat(answer.get("schema").asInt()).isEqualTo(1);
            assertThat(answer.get("request").get("reuseaddr").asBoolean()).isTrue();
            assertThat(answer.get("request").get("address").asString()).isEqualTo(address());
            assertThat(answer.get("bind").asString()).isEqualTo("EADDRINUSE");
            assertThat(answer.get("listen").isNull()).isTrue();
            JsonNode because = answer.get("because").get(0);
            assertThat(because.get("rule").asString()).isEqualTo("listening");
            assertThat(because.get("socket").get("owners").get(0).get("pid").asLong())
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(answer.get("fixes").isArray()).isTrue();
        }
    }

    @Test
    void freePortSucceeds() throws IOException {
        server.close();
        Capture why = new Capture("why", address().replace("tcp", "udp"), "--json");
        assertThat(why.code).isZero();
        JsonNode answer = json(why);
        assertThat(answer.get("bind").asString()).isEqualTo("OK");
        assertThat(answer.get("listen").isNull()).as("UDP does not listen").isTrue();
        assertThat(json(new Capture("why", address(), "--json")).get("listen").asString())
                .isEqualTo("OK");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "why | one address to bind",
                "why 1 2 | one address to bind",
                "why tcp://127.0.0.1:70000 | the port must be a number",
                "why sctp://127.0.0.1:1 | the protocol must be tcp or udp",
                "why 127.0.0.1:1 --uid -1 | ",
                "why 127.0.0.1:1 --uid root | a uid is a number",
                "why 127.0.0.1:1 --device nosuch0 | there is no network device \"nosuch0\"",
            })
    void badInputGivesOneLineAHintAndCodeTwo(String words, String expected) throws IOException {
        server.close();
        Capture why = new Capture(words.split(" "));
        assertThat(why.code).isEqualTo(2);
        assertThat(why.out()).isEmpty();
        assertThat(why.err()).contains(expected == null ? "--uid" : expected);
        assertThat(why.err().lines()).hasSize(2).last().isEqualTo("see: berth help why");
    }
}
