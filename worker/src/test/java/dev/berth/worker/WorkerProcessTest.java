package dev.berth.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.berth.testkit.Await;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.TestWorkerProcess;
import dev.berth.testkit.TinyDispatcher;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Workers in processes of their own, on each Java of this machine.
@ExtendWith(LeakCheck.class)
class WorkerProcessTest {
    private static final List<String> FLAGS =
            List.of(JavaInstallations.OPEN, JavaInstallations.NATIVE);

    @TempDir private static Path folder;

    static Collection<Path> javas() throws IOException {
        return JavaInstallations.all().values();
    }

    @Test
    void theOldestSupportedJavaIsTested() throws IOException {
        assumeTrue(JavaInstallations.all().containsKey(17), "no Java 17 below /usr/lib/jvm");
        assertThat(JavaInstallations.all()).containsKeys(17, Runtime.version().feature());
    }

    @ParameterizedTest
    @MethodSource("javas")
    void servesInEveryWayThatTheJdkOffersForAChannel(Path java) throws Exception {
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = start(dispatcher, java, FLAGS)) {
            dispatcher.awaitHeard("ready 1");
            int before = Integer.parseInt(ask(dispatcher, "d"));
            for (String how : List.of("s", "n", "v")) {
                for (int i = 0; i < 10; i++) {
                    assertThat(ask(dispatcher, how + "the bytes")).isEqualTo("the bytes");
                }
            }
            assertThat(overTls(dispatcher, "secret")).isEqualTo("secret");
            assertAddresses(dispatcher);
            dispatcher.awaitAllTaken();
            Await.until(
                    TinyDispatcher.LIMIT,
                    () -> descriptors(dispatcher) <= before + 4,
                    () -> "descriptors: " + before + ", later " + descriptors(dispatcher));
            dispatcher.say("drain");
            assertThat(worker.awaitEnd())
                    .contains("drained")
                    .doesNotContain("Exception", "WARNING");
        }
    }

    @ParameterizedTest
    @MethodSource("javas")
    void reportsIpv6Addresses(Path java) throws Exception {
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv6();
                TestWorkerProcess worker = start(dispatcher, java, FLAGS)) {
            assertAddresses(dispatcher);
            dispatcher.vanish();
            assertThat(worker.awaitEnd()).contains("drained");
        }
    }

    @ParameterizedTest
    @MethodSource("javas")
    void leavesConnectionsWithTheDispatcherWhileItHasNoDescriptors(Path java) throws Exception {
        List<String> command =
                JavaInstallations.command(java, true, FLAGS, EchoServer.class, "no key store");
        List<String> limited =
                new ArrayList<>(List.of("sh", "-c", "ulimit -n 96; exec \"$@\"", "sh"));
        limited.addAll(command);
        List<Socket> clients = new ArrayList<>();
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = TestWorkerProcess.start(dispatcher, folder, limited)) {
            for (int i = 0; i < 92; i++) {
                Socket client = dispatcher.connectAndPass();
                clients.add(client);
                client.getOutputStream().write('k');
            }
            assertThat(clients.get(0).getInputStream().read()).isEqualTo('k');
            assertThat(dispatcher.hasUntaken()).isTrue();

            for (Socket client : clients) {
                client.getOutputStream().write('.');
            }
            for (Socket client : clients.subList(1, clients.size())) {
                assertThat(client.getInputStream().read()).isEqualTo('k');
            }
            dispatcher.awaitAllTaken();
            assertThat(worker.output()).doesNotContain("lost", "Exception");
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aWorkerThatDiesLeavesWhatItHadNotReceived() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = start(dispatcher, java, FLAGS);
                Socket served = dispatcher.connectAndPass()) {
            dispatcher.awaitAllTaken();
            worker.kill();
            worker.awaitEnd();
            try (Socket waiting = dispatcher.connectAndPass()) {
                assertThat(waiting.getInputStream().available()).isZero();
                assertThat(dispatcher.takeBack()).isOne();
            }
            assertThat(served.getInputStream().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @MethodSource("javas")
    void theErrorNamesTheMissingFlag(Path java) throws Exception {
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker =
                        start(dispatcher, java, List.of(JavaInstallations.NATIVE))) {
            assertThat(worker.awaitEnd()).contains("start java with " + JavaInstallations.OPEN);
            assertThat(dispatcher.heard()).isEmpty();
        }
    }

    @Test
    void theErrorSaysThatNativeAccessIsDenied() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> denied = List.of(JavaInstallations.OPEN, "--illegal-native-access=deny");
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = start(dispatcher, java, denied)) {
            assertThat(worker.awaitEnd()).contains("start java with " + JavaInstallations.NATIVE);
        }
    }

    @Test
    void theErrorNamesBothRemediesWithoutJna() throws Exception {
        Optional<Path> older = JavaInstallations.older();
        assumeTrue(older.isPresent(), "no Java from 17 to 21 below /usr/lib/jvm");
        List<String> command =
                JavaInstallations.command(
                        older.get(), false, List.of(JavaInstallations.OPEN), EchoServer.class, "");
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = TestWorkerProcess.start(dispatcher, folder, command)) {
            assertThat(worker.awaitEnd()).contains("Java 22 or newer", "net.java.dev.jna:jna");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec 3>&-", "exec 3</dev/null"})
    void knowsThatItWasNotStartedByADispatcher(String without) throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", without + "; exec \"$@\"", "sh"));
        command.addAll(JavaInstallations.command(java, true, FLAGS, EchoServer.class, ""));
        try (TinyDispatcher dispatcher = TinyDispatcher.onIpv4();
                TestWorkerProcess worker = TestWorkerProcess.start(dispatcher, folder, command)) {
            assertThat(worker.awaitEnd()).contains("not started by a dispatcher");
        }
    }

    private static TestWorkerProcess start(TinyDispatcher dispatcher, Path java, List<String> flags)
            throws Exception {
        return TestWorkerProcess.start(
                dispatcher,
                folder,
                JavaInstallations.command(
                        java, true, flags, EchoServer.class, keyStore().toString()));
    }

    /// Sends everything before the hand-over, and reads the answer to its end.
    private static String ask(TinyDispatcher dispatcher, String text) throws IOException {
        try (Socket client = dispatcher.connect()) {
            client.getOutputStream().write(text.getBytes(US_ASCII));
            client.shutdownOutput();
            dispatcher.pass();
            dispatcher.awaitAllTaken();
            return new String(client.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private static int descriptors(TinyDispatcher dispatcher) {
        try {
            return Integer.parseInt(ask(dispatcher, "d"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertAddresses(TinyDispatcher dispatcher) throws IOException {
        try (Socket client = dispatcher.connectAndPass()) {
            client.getOutputStream().write('a');
            dispatcher.awaitAllTaken();
            assertThat(client.getInputStream().readAllBytes())
                    .asString()
                    .isEqualTo(
                            client.getLocalSocketAddress() + " " + client.getRemoteSocketAddress());
        }
    }

    private static String overTls(TinyDispatcher dispatcher, String text) throws Exception {
        try (Socket client = dispatcher.connectAndPass()) {
            client.getOutputStream().write('t');
            try (Socket tls =
                            trusting(keyStore())
                                    .getSocketFactory()
                                    .createSocket(client, "localhost", 0, true);
                    OutputStream out = tls.getOutputStream();
                    InputStream in = tls.getInputStream()) {
                out.write(text.getBytes(US_ASCII));
                out.flush();
                return new String(in.readNBytes(text.length()), US_ASCII);
            }
        }
    }

    private static SSLContext trusting(Path keyStore) throws Exception {
        KeyStore keys = KeyStore.getInstance(keyStore.toFile(), EchoServer.PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", keys.getCertificate("server"));
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /// Created once.
    private static synchronized Path keyStore() throws Exception {
        Path store = folder.resolve("keys.p12");
        if (!Files.exists(store)) {
            Process keytool =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "keytool")
                                            .toString(),
                                    "-genkeypair",
                                    "-alias",
                                    "server",
                                    "-keyalg",
                                    "EC",
                                    "-dname",
                                    "CN=localhost",
                                    "-storetype",
                                    "PKCS12",
                                    "-keystore",
                                    store.toString(),
                                    "-storepass",
                                    EchoServer.PASSWORD)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            assertThat(keytool.waitFor(180, TimeUnit.SECONDS)).isTrue();
            assertThat(keytool.exitValue()).isZero();
        }
        return store;
    }
}
