package dev.berth.samples;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Embedded Tomcat, which shuts down cleanly on SIGTERM.
public final class TomcatServer {
    private TomcatServer() {}

    /// Serves until SIGTERM. Arguments: the port, and a writable folder.
    public static void main(String[] args) throws Exception {
        var tomcat = new Tomcat();
        tomcat.setBaseDir(
                Files.createTempDirectory(Path.of(args.length > 1 ? args[1] : "/tmp"), "tomcat")
                        .toString());
        tomcat.setPort(args.length > 0 ? Integer.parseInt(args[0]) : 8080);
        tomcat.getConnector();
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "page", new Page());
        context.addServletMappingDecoded("/", "page");
        tomcat.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(tomcat)));
        tomcat.getServer().await();
    }

    private static void stop(Tomcat tomcat) {
        try {
            tomcat.getConnector().pause();
            tomcat.stop();
            tomcat.destroy();
        } catch (Exception e) {
            System.err.println("tomcat did not stop: " + e);
        }
    }

    private static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.setContentType("text/plain");
            response.getWriter().print("tomcat pid=" + ProcessHandle.current().pid() + "\n");
        }
    }
}
