package dev.berth.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.sys.Fd;
import dev.berth.sys.Sockets;
import dev.berth.testkit.Fuzz;
import dev.berth.testkit.LeakCheck;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Workers that send arbitrary packets to their dispatcher over real socket pairs: each is kept or
/// dropped, and the others stay served.
@ExtendWith(LeakCheck.class)
class HostileWorkerTest {
    private static final Duration TIME = Duration.ofSeconds(10);

    /// A client is served after this many inputs.
    private static final int SELDOM = 500;

    private final List<String> said = new ArrayList<>();
    private int inputs;
    private int answered;

    private static final class Silent implements WorkerEndpointCallback {
        @Override
        public void ready() {}

        @Override
        public void gone(String why) {
            assertThat(why).isNotEmpty();
        }
    }

    @Test
    void whateverTheySendTheOthersAreServed() throws Exception {
        DispatcherConfig config =
                DispatcherConfig.simple(List.of(ListenAddress.parse("127.0.0.1:0")), 128, "web");
        try (Dispatcher dispatcher = Dispatcher.open(config, said::add);
                TestWorker good = TestWorker.answering(dispatcher, "web", 0)) {
            Fuzz.ofTexts(
                            "packets of a worker",
                            "ready 1",
                            "pause",
                            "bye",
                            "ready 2",
                            "conn",
                            "drain")
                    .within(TIME)
                    .check(input -> check(dispatcher, input));
            assertThat(good.gone).isEmpty();
        }
        assertThat(answered).isPositive();
        assertThat(said).isEmpty();
    }

    private void check(Dispatcher dispatcher, byte[] input) throws Exception {
        WorkerSocketPair pair = WorkerSocketPair.open();
        try (Fd end = pair.forWorker()) {
            WorkerEndpoint endpoint = dispatcher.join("web", 1, pair, new Silent());
            Sockets.send(end.number(), input, Sockets.MSG_NOSIGNAL | Sockets.MSG_DONTWAIT);
            if (inputs++ % SELDOM == 0) {
                assertThat(DispatcherClient.exchange(dispatcher, "x")).startsWith("web0|");
                answered++;
            }
            dispatcher.remove(endpoint);
        }
    }
}
