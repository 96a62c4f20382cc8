package dev.berth.examples.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Like [HttpWorker] over TLS. After the pid it reports what the client asked for in its first
/// bytes, which arrive here although the dispatcher has inspected them.
public final class TlsWorker {
    private TlsWorker() {}

    /// Arguments: the port, used if no dispatcher starts it; a key store; its password.
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        if (args.length != 3) {
            System.err.println("usage: TlsWorker PORT KEYSTORE PASSWORD");
            System.exit(2);
        }
        SSLSocketFactory factory = context(new File(args[1]), args[2]).getSocketFactory();
        SampleConnections.serveAll(SampleConnections.port(args), client -> serve(factory, client));
    }

    private static void serve(SSLSocketFactory factory, Socket client) throws IOException {
        String host = client.getInetAddress().getHostAddress();
        try (SSLSocket tls =
                (SSLSocket) factory.createSocket(client, host, client.getPort(), true)) {
            tls.setUseClientMode(false);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            HttpConversation.hold(tls, asked(tls));
        }
    }

    /// Lines like `name=a.example` and `protocol=http/1.1`, as far as the client sent them.
    private static String asked(SSLSocket tls) {
        StringBuilder asked = new StringBuilder();
        for (SNIServerName name :
                ((ExtendedSSLSession) tls.getSession()).getRequestedServerNames()) {
            asked.append("name=").append(new String(name.getEncoded(), US_ASCII)).append('\n');
        }
        if (!tls.getApplicationProtocol().isEmpty()) {
            asked.append("protocol=").append(tls.getApplicationProtocol()).append('\n');
        }
        return asked.toString();
    }

    private static SSLContext context(File keyStore, String password)
            throws IOException, GeneralSecurityException {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(keyStore, password.toCharArray()), password.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
