package dev.berth.supervise.watch;

import dev.berth.supervise.contract.Probe;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.util.function.BooleanSupplier;

/// Requests a worker's probe address until the answer is 2xx.
public final class Prober {
    private static final int PATIENCE_MILLIS = 2_000;

    private Prober() {}

    /// Starts requesting on a thread of its own; may throw `OutOfMemoryError` if no thread could be
    /// started.
    ///
    /// @param wanted whether the answer is still of interest
    /// @param answered called once, when the answer was 2xx
    public static void start(Probe probe, URI uri, BooleanSupplier wanted, Runnable answered) {
        Thread.ofVirtual()
                .name("berth-probe")
                .start(
                        () -> {
                            while (wanted.getAsBoolean()) {
                                if (good(uri)) {
                                    answered.run();
                                    return;
                                }
                                if (!pause(probe)) {
                                    return;
                                }
                            }
                        });
    }

    private static boolean pause(Probe probe) {
        try {
            Thread.sleep(probe.interval());
            return true;
        } catch (InterruptedException stopped) {
            return false;
        }
    }

    private static boolean good(URI uri) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            connection.setRequestProperty("Connection", "close");
            connection.setInstanceFollowRedirects(false);
            int code = connection.getResponseCode();
            connection.disconnect();
            return code / 100 == 2;
        } catch (IOException | OutOfMemoryError notYet) {
            return false;
        }
    }
}
