package dev.berth.dispatch;

import dev.berth.net.ListenAddress;
import dev.berth.sys.Descriptors;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// A dispatcher in a process that has few descriptors left, until it has missed them ten times;
/// only then its worker takes connections. Prints its port, then its counts for ever.
final class CrowdedDispatcher {
    private static final int LEFT = 10;
    private static final int MISSED = 10;

    private CrowdedDispatcher() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws Exception {
        Limits limits = Limits.defaults().withConnections(1_000).withWindow(1_000);
        Dispatcher dispatcher =
                Dispatcher.open(
                        new Blueprint(
                                List.of(ListenAddress.parse("127.0.0.1:0")),
                                1_024,
                                Routes.all("web"),
                                ProxyProtocol.OFF,
                                limits),
                        System.out::println);
        TestWorker worker = TestWorker.ready(dispatcher, "web", 0);
        dispatcher.serve("web", List.of(worker.member));
        System.out.println("port " + dispatcher.doorsteps().getFirst().address().address().port());
        Deque<Integer> fillers = new ArrayDeque<>();
        for (int fd = open(); fd >= 0; fd = open()) {
            fillers.add(fd);
        }
        close(fillers, LEFT);
        while (true) {
            long missed = dispatcher.counts().exhausted();
            System.out.println("missed " + missed + " after " + System.nanoTime() / 1_000_000);
            if (missed > MISSED) {
                close(fillers, fillers.size());
                while (worker.hears()) {
                    TestWorker.Taken taken = worker.take();
                    taken.answer("at last");
                    taken.close();
                }
            }
            Thread.sleep(20);
        }
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
