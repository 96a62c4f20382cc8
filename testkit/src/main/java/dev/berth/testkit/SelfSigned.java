package dev.berth.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// The keys of a TLS server with a self-signed certificate, and clients that accept any
/// certificate.
public final class SelfSigned {
    /// The password of the key store.
    public static final String PASSWORD = "changeit";

    private static final String OPTIONS =
            "-genkeypair -alias server -keyalg EC -dname CN=localhost -storetype PKCS12 -storepass "
                    + PASSWORD
                    + " -keystore";

    private SelfSigned() {}

    /// Creates a key store (PKCS #12) in the folder.
    public static Path keyStore(Path folder) throws IOException, InterruptedException {
        Path store = folder.resolve("keys.p12");
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> words = new ArrayList<>(List.of(keytool));
        words.addAll(List.of(OPTIONS.split(" ")));
        words.add(store.toString());
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException("keytool: exit " + code);
        }
        return store;
    }

    /// A context for clients.
    public static SSLContext trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        return context;
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
