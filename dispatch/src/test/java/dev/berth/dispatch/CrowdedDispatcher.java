package dev.berth.dispatch;

import dev.berth.net.ListenAddress;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Sockets;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// A dispatcher in a process with few descriptors left. Clients that send hardly anything use them
/// up; after ten failed accepts its worker starts to receive connections. Prints its port, then its
/// counts forever.
final class CrowdedDispatcher {
    private static final int LEFT = 10;
    private static final int MISSED = 10;

    private CrowdedDispatcher() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        DispatcherLimits limits =
                DispatcherLimits.defaults().withConnections(1_000).withWindow(1_000);
        Dispatcher dispatcher =
                Dispatcher.open(
                        new DispatcherConfig(
                                List.of(ListenAddress.parse("127.0.0.1:0")),
                                1_024,
                                byHost(),
                                ProxyProtocol.OFF,
                                limits),
                        System.out::println);
        TestWorker worker = TestWorker.ready(dispatcher, "web", 0);
        dispatcher.serve("web", List.of(worker.endpoint));
        ListenAddress address = dispatcher.listenerStats().getFirst().address();
        // Loads the classes that this needs, which is impossible once descriptors have run out.
        try (DispatcherClient first =
                new DispatcherClient(address).send("GET / HTTP/1.1\r\nHost: example\r\n\r\n")) {
            worker.receive().close();
        }
        tell(dispatcher);
        String port = "port " + address.address().port();
        Deque<Integer> fillers = new ArrayDeque<>();
        for (int fd = open(); fd >= 0; fd = open()) {
            fillers.add(fd);
        }
        close(fillers, LEFT);
        // Not earlier: descriptors of its clients would not be counted by the fillers.
        System.out.println(port);
        while (true) {
            if (tell(dispatcher) > MISSED) {
                close(fillers, fillers.size());
                while (worker.hears()) {
                    TestWorker.Taken taken = worker.receive();
                    Sockets.recv(taken.fd().number(), new byte[8], Sockets.MSG_DONTWAIT);
                    taken.answer("at last");
                    taken.close();
                }
            }
            Thread.sleep(20);
        }
    }

    /// With these routes a client that sends nothing stays undecided and holds a descriptor.
    private static Routes byHost() {
        Routes.Rule rule = new Routes.Rule(Route.ANY.withHost("example"), "web");
        return new Routes(List.of(rule), Optional.of("web"));
    }

    @SuppressWarnings("SystemOut")
    private static long tell(Dispatcher dispatcher) {
        long before = System.nanoTime() / 1_000_000;
        long missed = dispatcher.counts().exhausted();
        long after = System.nanoTime() / 1_000_000;
        System.out.println("missed " + missed + " between " + before + " and " + after);
        return missed;
    }

    private static int open() {
        return Descriptors.open("/dev/null", Descriptors.O_RDONLY, 0);
    }

    private static void close(Deque<Integer> some, int count) {
        for (int i = 0; i < count; i++) {
            Descriptors.close(some.remove());
        }
    }
}
