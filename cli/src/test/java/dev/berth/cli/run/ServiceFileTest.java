package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.cli.command.UsageException;
import dev.berth.dispatch.FirstBytes;
import dev.berth.dispatch.ProxyProtocol;
import dev.berth.supervise.contract.Policy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class ServiceFileTest {
    private static final String API =
            """
            [service.api]
            command = ["java", "-jar", "api.jar"]
            """;

    private static ServiceFile read(String text) throws UsageException {
        return ServiceFileReader.read("berth.toml", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyKeyIsRead() throws UsageException {
        ServiceFile file =
                read(
                        """
                        name = "shop"
                        listen = ["tcp://127.0.0.1:443", 8443]
                        proxy-protocol = "required"

                        [service.api]
                        command = ["java", "-jar", "api.jar"]
                        workers = 4
                        steer = "least-connections"
                        routes = [{ sni = "api.example", alpn = "h2" },
                                  { host = "*.example", path = "/v1" }]

                        [service.git]
                        command = "git-server"
                        routes = [{ protocol = "ssh" }]
                        default = true
                        """);
        assertThat(file.name()).contains("shop");
        assertThat(file.listen().getFirst()).hasToString("tcp://127.0.0.1:443");
        assertThat(file.listen().getLast().address().port()).isEqualTo(8443);
        assertThat(file.proxy()).isEqualTo(ProxyProtocol.REQUIRED);
        assertThat(file.services()).extracting(s -> s.name()).containsExactly("api", "git");
        ServiceFile.ServiceEntry api = file.services().getFirst();
        assertThat(api.command().words()).containsExactly("java", "-jar", "api.jar");
        assertThat(api.workers()).contains(4);
        assertThat(api.steer()).contains(new Policy.LeastConnections());
        assertThat(file.services().getLast().command().words()).containsExactly("git-server");
        assertThat(file.services().getLast().workers()).isEmpty();
        assertThat(
                        file.routes()
                                .choose(
                                        new FirstBytes.Tls(
                                                Optional.of("api.example"), List.of("h2"))))
                .contains("api");
        assertThat(file.routes().choose(new FirstBytes.Http1("GET", Optional.of("x.org"), "/v1")))
                .contains("git");
        assertThat(file.routes().fallback()).contains("git");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listne = 1 | berth.toml:1:1: the file has no key listne; did you mean listen?",
                "listen = 80 | berth.toml:1:1: no service is defined; begin one with"
                        + " [service.NAME]",
                "listen = 'udp://:53' | berth.toml:1:1: udp://:53: a dispatcher handles TCP"
                        + " connections only,",
                "listen = 'tcp://:0' | berth.toml:1:1: tcp://:0: a port is a number from 1 to",
                "listen = 'x:y' | berth.toml:1:1: ",
                "listen = 70000 | berth.toml:1:1: 70000: a port is a number from 1 to 65535",
                "listen = [80, true] | berth.toml:1:15: listen must be a port such as 443",
                "listen = [80, 'x'] | berth.toml:1:15: ",
                "listen = [80, 80] | berth.toml:1:15: ",
                "listen = ['[::]:80', ':80'] | berth.toml:1:22: tcp://0.0.0.0:80 is covered by"
                        + " tcp://[::]:80, which is listed too; omit it",
                "listen = ['127.0.0.1:80', ':80'] | berth.toml:1:27: tcp://127.0.0.1:80 is covered",
                "listen = | berth.toml:1:9: ",
                "name = 'a b' | berth.toml:1:1: a name has at most 32 letters",
            })
    void errorsAtTheTopLevelAreReportedWithTheirPosition(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(
                        message.strip().isEmpty() ? "berth.toml:" : message.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "worker = 3 | 4:1: service api has no key worker; did you mean workers?",
                "workers = 0 | 4:1: workers must be a number from 1 to 256",
                "workers = 'two' | 4:1: workers must be a number",
                "steer = 'hash' | 4:1: steer: a service in a file can be steered by round-robin",
                "steer = 'fair' | 4:1: steer: a service in a file can be steered by round-robin",
                "default = 1 | 4:1: default must be true or false",
                "default = false | 2:1: service api would get no connections: give it routes",
                "routes = [{ sny = 'a' }] | 4:13: a route has no key sny; did you mean sni?",
                "routes = [{ }] | 4:11: a route needs at least one condition",
                "routes = ['a'] | 4:11: a route must be a table such as { sni",
                "routes = [{ sni = 'a', host = 'b' }] | 4:11: sni and alpn need TLS",
                "routes = [{ protocol = 'smtp' }] | 4:11: protocol must be tls, http, http2 or ssh",
                "routes = [{ sni = '*' }] | 4:11: a name looks like a.example or *.example",
                "routes = [{ host = 'a.example:80' }] | 4:11: a name looks like a.example or",
                "routes = [{ sni = 'b\u00fccher.example' }] | 4:11: a name looks like a.example or"
                        + " *.example, without a port, not \"b\u00fccher.example\"; clients send"
                        + " xn--bcher-kva.example",
                "routes = [{ sni = 'a..example' }] | 4:11: a name looks like a.example or",
                "routes = [{ path = '/a?b' }] | 4:11: write a path as clients send it",
                "routes = [{ alpn = '' }] | 4:11: alpn names a protocol, such as h2",
            })
    void errorsInAServiceAreReportedWithTheirPosition(String line, String message) {
        assertThatThrownBy(() -> read("listen = 80\n" + API + line))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("berth.toml:" + message);
    }

    @Test
    void aCommandIsAListOfWords() {
        Map<String, String> wrong =
                Map.of(
                        "'java -jar  a.jar'",
                                "must be a list of words: [\"java\", \"-jar\", \"a.jar\"]",
                        "[1]", "must be a list of strings",
                        "['a', \"b\\u0000\"]", "a word of a command must not contain a zero byte");
        wrong.forEach(
                (command, message) ->
                        assertThatThrownBy(
                                        () ->
                                                read(
                                                        "listen = 80\n[service.api]\ncommand = "
                                                                + command))
                                .isInstanceOf(UsageException.class)
                                .hasMessageContaining(message));
    }

    @Test
    void aByteOrderMarkIsIgnored() throws Exception {
        assertThat(read("\ufefflisten = 80\n" + API + "default = true").services()).hasSize(1);
    }

    @Test
    void invalidUtf8IsReportedWithItsPosition() {
        byte[] latin = "listen = 80\n# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> ServiceFileReader.read("berth.toml", latin))
                .isInstanceOf(UsageException.class)
                .hasMessage("berth.toml:2:6: this is not UTF-8");
    }

    @Test
    void addressesThatDoNotOverlapAreAccepted() throws UsageException {
        String listen = "listen = ['127.0.0.1:80', '127.0.0.2:80', '[::1]:80', ':81', '[::]:82']";
        assertThat(read(listen + "\n" + API + "default = true\n").listen()).hasSize(5);
    }

    @Test
    void thereIsOnlyOneDefaultAndARouteHasOnlyOneService() {
        String twice = "listen = 80\n" + API + "default = true\n";
        assertThatThrownBy(() -> read(twice + API.replace("api", "b") + "default = true\n"))
                .hasMessageContaining("berth.toml:7:1: service api is already the default");
        String route = "routes = [{ sni = 'a' }]\n";
        assertThatThrownBy(
                        () -> read("listen = 80\n" + API + route + API.replace("api", "b") + route))
                .hasMessageContaining("berth.toml:7:11: both api and b have the route sni = a");
        assertThatThrownBy(() -> read("listen = 80\n[service.a]\ndefault = true\n"))
                .hasMessageContaining("berth.toml:2:1: service a needs command");
    }
}
